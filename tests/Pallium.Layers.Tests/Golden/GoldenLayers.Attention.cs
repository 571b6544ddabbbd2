using System.Numerics;

namespace Pallium.Layers.Tests;

// Softmax attention.
internal static partial class GoldenLayers
{
    private static GoldenLayer<T> SlidingWindow<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new WindowAttention<T>(new(file.Int("H"), file.Int("Dh"), file.Int("window")))) { Inputs = ["q", "k", "v"], Outputs = ["o"] };

    /// <summary>No file keeps a ring; a window as long as the sequence sees all of it.</summary>
    private static GoldenLayer<T> WholeAttention<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        StackedLayers<T> layer = RotaryAttention.Create<T>(new(file.Int("D"), file.Int("D"), file.Int("T"))
        {
            Heads = file.Int("H"),
            Style = file.Text("rope_style") == "half" ? RotaryStyle.Half : RotaryStyle.Interleaved,
            Base = file.Double("rope_base"),
        });
        return new(layer) { Rename = name => name == "project.weight" ? "Wq|Wk|Wv" : "Wo" };
    }
}
