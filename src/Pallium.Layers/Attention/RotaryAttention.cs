using System.Numerics;

namespace Pallium.Layers;

/// <summary>What a whole attention layer is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Units">Channels C of queries, keys, values and y.</param>
/// <param name="Window">Slices W that a slice sees, itself included.</param>
public sealed record RotaryAttentionOptions(int Inputs, int Units, int Window)
{
    /// <summary>Heads, which divide the channels.</summary>
    public int Heads { get; init; } = 1;

    /// <summary>First channels of each head that positions rotate, an even number; all, or all but one, if not given.</summary>
    public int? Rotary { get; init; }

    /// <summary>Which channels turn together.</summary>
    public RotaryStyle Style { get; init; }

    /// <summary>Base of the angles.</summary>
    public double Base { get; init; } = 10000;
}

/// <summary>Causal softmax attention over a window with rotary positions, whole: q | k | v = W x, o of <see cref="WindowAttention{T}"/>, y = W_o o; no biases.</summary>
/// <remarks>Sources: Vaswani et al., NeurIPS 2017 (arXiv 1706.03762), section 3.2; Su et al., RoFormer (arXiv 2104.09864), eq. 34.</remarks>
public static class RotaryAttention
{
    /// <summary>Makes it from its parts: project, attention, output.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or more channels are rotated than a head has.</exception>
    /// <exception cref="ArgumentException">The heads do not divide the channels, or an odd number of channels is rotated.</exception>
    public static StackedLayers<T> Create<T>(RotaryAttentionOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        int width = ChannelGroups.Width(options.Units, options.Heads);
        var core = new WindowAttention<T>(new(options.Heads, width, options.Window)
        {
            Rotary = options.Rotary ?? width - (width % 2),
            Style = options.Style,
            Base = options.Base,
        });
        return new(
        [
            ("project", new Linear<T>(new(options.Inputs, 3 * options.Units) { HasBias = false })),
            ("attention", core),
            ("output", new Linear<T>(new(options.Units, options.Units) { HasBias = false })),
        ]);
    }
}
