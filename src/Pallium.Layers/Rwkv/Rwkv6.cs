using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What the time mixing of RWKV-6 is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Units">Channels C of the memory and of y; as many as inputs in the published model.</param>
/// <param name="Heads">Heads H, which divide the channels.</param>
public sealed record Rwkv6Options(int Inputs, int Units, int Heads)
{
    /// <summary>Rank of the maps that make the shares of the token shift.</summary>
    public int ShiftRank { get; init; } = 32;

    /// <summary>Rank of the map that makes the decay.</summary>
    public int DecayRank { get; init; } = 64;
}

/// <summary>
/// The time mixing of RWKV-6, whole: token shift with shares that depend on the data, r, k, v, g = W x_*, log decays
/// w = -exp(w_0 + B tanh(A x_w)), the memory S ← diag(e^w) S + k vᵀ read by r before it is written, with a bonus u for what is written,
/// and y = W_o (GroupNorm(o) · silu(g)).
/// </summary>
/// <remarks>
/// w_0 rises from -6 to -1 over the channels, as published for the first block. The state row is the last x | S, [H, C/H, C/H].
/// Source: Peng et al., COLM 2024 (arXiv 2404.05892), section 4.2.
/// </remarks>
public static class Rwkv6
{
    private const double NormEpsilon = 64e-5;

    /// <summary>Makes it from its parts: shift, project (r, k, v, w, g), memory, norm, gate, output.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ArgumentException">The heads do not divide the channels.</exception>
    public static StackedLayers<T> Create<T>(Rwkv6Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        (int inputs, int units) = (options.Inputs, options.Units);
        int width = ChannelGroups.Width(units, options.Heads);
        Linear<T> Projection() => new(new(inputs, units) { HasBias = false });
        var decay = new StackedLayers<T>(
        [
            ("lora", LowRank.Create<T>(new(inputs, options.DecayRank, units)
            {
                Activation = ActivationKind.Tanh,
                StartBias = channel => -6 + (5 * Initialization.Ramp(channel, units - 1, 0.7)),
            })),
            ("log", new Activation<T>(new(units, ActivationKind.Exp) { Scale = -1 })),
        ]);
        return new(
        [
            ("shift", new DynamicTokenShift<T>(new(
                inputs, options.ShiftRank, new TokenMix("r", 0.5), new TokenMix("k"), new TokenMix("v"), new TokenMix("w"), new TokenMix("g", 0.5)))),
            ("project", new Beside<T>([("r", Projection()), ("k", Projection()), ("v", Projection()), ("w", decay), ("g", Projection())])),
            ("memory", new Beside<T>(
            [
                ("wkv", new MatrixMemory<T>(new(options.Heads, width, width) { Decay = MemoryDecay.Key, ReadsBefore = true, Scale = 1 })),
                ("g", new Pass<T>(units)),
            ])),
            ("norm", new Beside<T>([("ln", new LayerNorm<T>(new(units) { Groups = options.Heads, Epsilon = NormEpsilon })), ("g", new Pass<T>(units))])),
            ("gate", new GatedProduct<T>(units)),
            ("output", new Linear<T>(new(units, units) { HasBias = false })),
        ]);
    }
}
