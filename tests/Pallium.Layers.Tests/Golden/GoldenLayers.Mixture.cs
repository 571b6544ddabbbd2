using System.Numerics;

namespace Pallium.Layers.Tests;

internal static partial class GoldenLayers
{
    private static readonly (string End, string Name)[] MixtureNames =
    [
        ("router.weight", "Wg"), ("q.weight", "Wq"), ("k.weight", "Wk"), ("v.weight", "Wv"), ("beta.weight", "Wb"), ("z.weight", "Wgate"), ("out.weight", "Wo"),
        ("decay.bias", "bgk"), ("rms.w", "norm_w"), ("A_log", "A_log"), ("dt_bias", "dt_bias"),
    ];

    private static GoldenLayer<T> Mixture<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        bool isDelta = file.Text("update").StartsWith("gated delta", StringComparison.Ordinal);
        var options = new MixtureOptions(file.Int("D"), file.Int("D"), file.Int("H"), file.Int("K"), file.Int("V"))
        {
            Memories = file.Int("memories"),
            Chosen = file.Int("topk"),
            HasShared = file.Flag("shared_memory"),
            Rule = isDelta ? MixtureRule.GatedDelta : MixtureRule.Gla,
        };
        return new(MixtureOfMemories.Create<T>(options), "S")
        {
            Rename = name => name.EndsWith("decay.weight", StringComparison.Ordinal)
                ? isDelta ? "Wa" : "Wgk"
                : MixtureNames.First(pair => name.EndsWith(pair.End, StringComparison.Ordinal)).Name,
        };
    }
}
