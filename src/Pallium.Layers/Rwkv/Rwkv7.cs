using System.Numerics;

namespace Pallium.Layers;

/// <summary>What the time mixing of RWKV-7 is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Units">Channels C of the memory and of y; as many as inputs in the published model.</param>
/// <param name="Heads">Heads H, which divide the channels.</param>
public sealed record Rwkv7Options(int Inputs, int Units, int Heads)
{
    /// <summary>Rank of the maps that make decays, rates, gates and, in a later layer, shares of the first layer's values.</summary>
    public int Rank { get; init; } = 32;

    /// <summary>Whether the layer is a later one of a published model: it reads x | v_first, [I + C], and mixes the first layer's values into its own.</summary>
    public bool IsLater { get; init; }

    /// <summary>Whether the layer gives its values after y, y | v, [2C]: the first layer of a published model, for the later ones to read.</summary>
    public bool GivesValues { get; init; }
}

/// <summary>
/// The time mixing of RWKV-7, whole: token shift; r, k, v = W x_*; decays, rates, gates and value shares from low-rank maps (<see cref="Rwkv7Keys{T}"/> has the
/// equations between); the memory S ← diag(e^ω) S + k' v'ᵀ - κ α (Sᵀ κ)ᵀ; and y = W_o ((GroupNorm(Sᵀ r) + bonus) g).
/// </summary>
/// <remarks>
/// Newly drawn, with z from -1 to 1 within a head and c from -1/2 to 1/2 over all channels: w_0 = -2.5 + 6 c + 2.5 z |z|, a_0 = -0.19 + 0.4 c + 0.3 z |z|,
/// n_0 = 0.73 - 0.4 c, as published for the first block, but without its zero output weights: in a stack without residuals nothing would be learned from those. The state row is the last x | S, [H, C/H, C/H], keys first.
/// Source: Peng et al., 2025 (arXiv 2503.14456), section 4; starting values as in the published code.
/// </remarks>
public static class Rwkv7
{
    private const double NormEpsilon = 64e-5;

    /// <summary>Makes it from its parts: shift, project (r, k, v, w, a, g, n), keys, memory, norm, gate, output.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    /// <exception cref="ArgumentException">The heads do not divide the channels.</exception>
    public static StackedLayers<T> Create<T>(Rwkv7Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        int units = options.Units;
        int width = ChannelGroups.Width(units, options.Heads);
        int passed = (options.GivesValues ? 3 : 2) * units;
        return new(
        [
            .. Shift<T>(options),
            ("project", Project<T>(options)),
            .. Keys<T>(options),
            ("memory", new Beside<T>(
            [
                ("wkv", new MatrixMemory<T>(new(options.Heads, width, width) { Decay = MemoryDecay.Key, Write = MemoryWrite.LowRank, Scale = 1 })),
                ("pass", new Pass<T>(passed)),
            ])),
            ("norm", new Beside<T>(
            [
                ("ln", new LayerNorm<T>(new(units) { Groups = options.Heads, Epsilon = NormEpsilon })),
                ("pass", new Pass<T>(passed)),
            ])),
            .. Output<T>(options),
        ]);
    }

    /// <summary>x_r | x_k | x_v | x_w | x_a | x_g; in a later layer x_v once more and v_first.</summary>
    private static (string, ISequenceLayer<T>)[] Shift<T>(Rwkv7Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int inputs, int units) = (options.Inputs, options.Units);
        var shift = new TokenShift<T>(new(
            inputs, new TokenMix("r", 0.2), new TokenMix("k", 0.7), new TokenMix("v", 0.7), new TokenMix("w", 0.9), new TokenMix("a", 0.9), new TokenMix("g", 0.2)));
        if (!options.IsLater)
        {
            return [("shift", shift)];
        }

        return
        [
            ("shift", new Beside<T>([("x", shift), ("first", new Pass<T>(units))])),
            ("select", new ChannelSelection<T>((6 * inputs) + units, (0, 6 * inputs), (2 * inputs, inputs), (6 * inputs, units))),
        ];
    }

    private static Beside<T> Project<T>(Rwkv7Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int inputs, int units) = (options.Inputs, options.Units);
        Linear<T> Full() => new(new(inputs, units) { HasBias = false });
        StackedLayers<T> Low(ActivationKind? activation, Func<int, double>? bias) =>
            LowRank.Create<T>(new(inputs, options.Rank, units) { Activation = activation, StartBias = bias });
        double Place(int channel) => Initialization.Ramp(channel, units - 1, 1) - 0.5;
        double Zigzag(int channel) => ZigzagOf(channel % (units / options.Heads), units / options.Heads);
        (string, ISequenceLayer<T>)[] parts =
        [
            ("r", Full()), ("k", Full()), ("v", Full()),
            ("w", Low(ActivationKind.Tanh, channel => -2.5 + (6 * Place(channel)) + (2.5 * Zigzag(channel)))),
            ("a", Low(null, channel => -0.19 + (0.3 * Zigzag(channel)) + (0.4 * Place(channel)))),
            ("g", Low(ActivationKind.Sigmoid, null)),
        ];
        return options.IsLater
            ? new([.. parts, ("n", Low(null, channel => 0.73 - (0.4 * Place(channel)))), ("first", new Pass<T>(units))])
            : new(parts);
    }

    /// <summary>What the memory reads | bonus | g, and v where it is to be given.</summary>
    private static (string, ISequenceLayer<T>)[] Keys<T>(Rwkv7Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int units = options.Units;
        var keys = new Rwkv7Keys<T>(new(units, options.Heads) { HasFirstValues = options.IsLater });
        return options.GivesValues
            ? [("keys", keys), ("values", new ChannelSelection<T>(8 * units, (0, 8 * units), (2 * units, units)))]
            : [("keys", keys)];
    }

    private static (string, ISequenceLayer<T>)[] Output<T>(Rwkv7Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int units = options.Units;
        (string, ISequenceLayer<T>)[] parts = [("gate", new GatedSum<T>(units)), ("output", new Linear<T>(new(units, units) { HasBias = false }))];
        return options.GivesValues ? [("y", new Beside<T>([("y", new StackedLayers<T>(parts)), ("values", new Pass<T>(units))]))] : parts;
    }

    /// <summary>z |z| with z from -1 to 1 over the channels of a head.</summary>
    private static double ZigzagOf(int place, int width)
    {
        double z = width == 1 ? 0 : (2.0 * place / (width - 1)) - 1;
        return z * Math.Abs(z);
    }
}
