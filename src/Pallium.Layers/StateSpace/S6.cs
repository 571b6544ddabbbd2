using System.Numerics;

namespace Pallium.Layers;

/// <summary>What an S6 layer is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Units">Channels U of y.</param>
public sealed record S6Options(int Inputs, int Units)
{
    /// <summary>Numbers of state per channel, N.</summary>
    public int States { get; init; } = 16;
}

/// <summary>S6 by itself, without convolution and gate: s = W_in x, y = SelectiveScan(s), δ, B and C being made from s.</summary>
/// <remarks>The state row is the scan's h, [N, U]. Source: Gu and Dao, 2023 (arXiv 2312.00752), algorithm 2.</remarks>
public static class S6
{
    /// <summary>Makes it from its parts: in, select, delta, scan.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public static StackedLayers<T> Create<T>(S6Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(
        [
            ("in", new Linear<T>(new(options.Inputs, options.Units) { HasBias = false })),
            .. SelectiveProjection.Parts<T>(options.Units, options.States, SelectiveProjection.RankOf(options.Units), hasGate: false),
        ]);
    }
}
