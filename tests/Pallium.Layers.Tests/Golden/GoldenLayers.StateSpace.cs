using System.Numerics;

namespace Pallium.Layers.Tests;

// Selective state spaces.
internal static partial class GoldenLayers
{
    private static GoldenLayer<T> Selective<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int channels, int states, bool hasGate) = (file.Int("D"), file.Int("N"), file.Flag("gate"));
        var layer = new SelectiveScan<T>(new(channels, states)
        {
            HasLogRates = false,
            HasDeltaBias = file.Flag("delta_bias"),
            IsSoftplus = file.Flag("delta_softplus"),
            HasSkip = file.Flag("skip"),
            HasGate = hasGate,
        });
        return new(layer, "h")
        {
            Inputs = hasGate ? ["u", "delta", "B", "C", "z"] : ["u", "delta", "B", "C"],
            Arrange = (_, row) => PlacesFirst(row, states),
        };
    }

    /// <summary>The file's state is [D, N], channels first; the layer's is [N, D].</summary>
    private static double[] PlacesFirst(double[] row, int states)
    {
        int channels = row.Length / states;
        return [.. Enumerable.Range(0, row.Length).Select(i => row[(i % channels * states) + (i / channels)])];
    }
}
