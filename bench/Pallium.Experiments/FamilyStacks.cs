using Pallium.Layers;

namespace Pallium.Experiments;

/// <summary>One stack per family of layers, sized to the parameters of another.</summary>
internal static class FamilyStacks
{
    private const int Largest = 512;
    private const int Multiple = 4;

    /// <summary>Families by name; N stands for the width. Cells read the input itself; mixers sit in a block with a norm, a short convolution where they have none of their own, and a way around.</summary>
    public static IReadOnlyList<(string Name, string Template)> All { get; } =
    [
        ("lstm", "lstm(N)"), ("gru", "gru(N)"), ("liquid", "cfc(N,backbone=1xN)"), ("ltc", "ltc(N)"), ("slstm", "slstm(N)"), ("ctrnn", "ctrnn(N)"),
        ("s6", Mixer("conv(4)+s6(N)")), ("mamba", Mixer("mamba(N)")), ("mamba2", Mixer("mamba2(N)")),
        ("linattn", Mixer("conv(4)+linattn(N)")), ("retention", Mixer("conv(4)+retention(N)")), ("lightning", Mixer("conv(4)+lightning(N)")),
        ("simple_gla", Mixer("conv(4)+simple_gla(N)")), ("gla", Mixer("conv(4)+gla(N)")), ("based", Mixer("conv(4)+based(N)")),
        ("delta", Mixer("conv(4)+delta(N)")), ("gated_delta", Mixer("conv(4)+gated_delta(N)")), ("mom", Mixer("conv(4)+mom(N)")),
        ("rwkv4", Mixer("rwkv4(N)")), ("rwkv6", Mixer("rwkv6(N)")), ("rwkv7", Mixer("rwkv7(N)")),
        ("attention", Mixer("conv(4)+attention(N,window=64)")),
    ];

    /// <summary>The stack of a template whose trunk comes closest to so many parameters.</summary>
    public static string Sized(string template, int inputs, long parameters) =>
        Enumerable.Range(1, Largest / Multiple).Select(i => template.Replace("N", $"{i * Multiple}", StringComparison.Ordinal))
            .TakeWhile(text => StackText.Parse(text).SizeOf(inputs).LeastWeights <= 2 * parameters)
            .MinBy(text => Math.Abs(Count(text, inputs) - parameters)) ?? throw new ExperimentException($"No width of {template} comes near {parameters} parameters.");

    private static long Count(string text, int inputs) => StackText.Parse(text).Build<float>(inputs).Parameters.Sum(item => (long)item.Parameter.Length);

    private static string Mixer(string layers) => $"linear(N)+residual(rmsnorm+{layers})+rmsnorm";
}
