using System.Numerics;

namespace Pallium.Layers;

/// <summary>What the channel mixing of an RWKV is made from.</summary>
/// <param name="Channels">Channels C of x and y.</param>
/// <param name="Units">Hidden units F; four times C in the published models, 3.5 times in the sixth.</param>
public sealed record RwkvChannelMixingOptions(int Channels, int Units)
{
    /// <summary>Whether y is gated by σ(W_r x_r), as up to the sixth version; the seventh has no gate.</summary>
    public bool HasGate { get; init; } = true;
}

/// <summary>The channel mixing of an RWKV: y = W_v max(W_k x_k, 0)², times σ(W_r x_r) where it is gated, of a token shift.</summary>
/// <remarks>Source: Peng et al., EMNLP 2023 Findings (arXiv 2305.13048), eq. 14, 15 and 18; 2025 (arXiv 2503.14456), section 4, without a gate.</remarks>
public static class RwkvChannelMixing
{
    /// <summary>Makes it from its parts: shift, mix (k, f, v; r), gate.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public static StackedLayers<T> Create<T>(RwkvChannelMixingOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        (int channels, int units) = (options.Channels, options.Units);
        (string, ISequenceLayer<T>)[] feedforward =
        [
            ("k", new Linear<T>(new(channels, units) { HasBias = false })),
            ("f", new Activation<T>(new(units, ActivationKind.SquaredRelu))),
            ("v", new Linear<T>(new(units, channels) { HasBias = false })),
        ];
        if (!options.HasGate)
        {
            return new([("shift", new TokenShift<T>(new(channels, new TokenMix("k")))), .. feedforward]);
        }

        return new(
        [
            ("shift", new TokenShift<T>(new(channels, new TokenMix("k"), new TokenMix("r")))),
            ("mix", new Beside<T>([("feedforward", new StackedLayers<T>(feedforward)), ("r", new Linear<T>(new(channels, channels) { HasBias = false }))])),
            ("gate", new GatedProduct<T>(channels, ActivationKind.Sigmoid)),
        ]);
    }
}
