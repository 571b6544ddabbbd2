using System.Numerics;

namespace Pallium.Layers;

/// <summary>What a Mamba block is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Units">Channels U of y; as many as inputs in the published model.</param>
public sealed record MambaOptions(int Inputs, int Units)
{
    /// <summary>Numbers of state per inner channel, N.</summary>
    public int States { get; init; } = 16;

    /// <summary>Slices that the convolution sees, K.</summary>
    public int Convolution { get; init; } = 4;

    /// <summary>Inner channels per unit; there are E = Expand·U.</summary>
    public int Expand { get; init; } = 2;

    /// <summary>Rank R of the map that makes δ; 0: U/16, rounded up.</summary>
    public int Rank { get; init; }
}

/// <summary>The Mamba block: [ξ | z] = W_in x, s = silu(conv(ξ)), y = W_out SelectiveScan(s; z), δ, B and C being made from s.</summary>
/// <remarks>
/// A step reads every weight once: 2E·I + E·(K + 1) + E·(R + 2N) + E·R + E·(N + 2) + U·E numbers. The state row is the convolution's
/// K - 1 slices and the scan's h, E·(K - 1 + N). Source: Gu and Dao, 2023 (arXiv 2312.00752), figure 3 and section 3.4.
/// </remarks>
public static class Mamba
{
    /// <summary>Makes it from its parts: in, conv, select, delta, scan, out.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or the rank is negative.</exception>
    public static StackedLayers<T> Create<T>(MambaOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Expand);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Rank);
        int channels = checked(options.Expand * options.Units);
        int rank = options.Rank == 0 ? SelectiveProjection.RankOf(options.Units) : options.Rank;
        return new(
        [
            ("in", new Linear<T>(new(options.Inputs, 2 * channels) { HasBias = false })),
            ("conv", new Beside<T>(
            [
                ("s", new ShortConvolution<T>(new(channels) { Width = options.Convolution })),
                ("z", new Pass<T>(channels)),
            ])),
            .. SelectiveProjection.Parts<T>(channels, options.States, rank, hasGate: true),
            ("out", new Linear<T>(new(channels, options.Units) { HasBias = false })),
        ]);
    }
}
