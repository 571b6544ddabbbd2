using System.Numerics;

namespace Pallium.Layers;

/// <summary>What a reciprocal unit is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Outputs">Channels O of y.</param>
public sealed record ReciprocalUnitOptions(int Inputs, int Outputs)
{
    /// <summary>ε of <see cref="ReciprocalChannels{T}"/>, positive.</summary>
    public double Guard { get; init; } = 0.001;

    /// <summary>How the weights are pushed to 0 and 1.</summary>
    public SparsityOptions Sparsity { get; init; } = new(10);
}

/// <summary>Neural multiplicative reciprocal unit: y[o] = Π over i of (W[o, i] z[i] + 1 - W[o, i]), z = x | 1/x, with every weight in [0, 1].</summary>
/// <remarks>
/// Products and quotients alike: a weight of 1 takes a channel, or its reciprocal, as a factor. Source: Mistry, Hare and Farrahi, 2021 (arXiv 2110.05177), the
/// NMRU in its form without separate signs; 1/x is guarded (<see cref="ReciprocalChannels{T}"/>), in learning and answers alike.
/// </remarks>
public static class ReciprocalUnit
{
    /// <summary>Makes it from its parts: reciprocals, product.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size or the guard is not positive, or an option of the sparsity is out of range.</exception>
    public static StackedLayers<T> Create<T>(ReciprocalUnitOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        return new(
        [
            ("reciprocals", new ReciprocalChannels<T>(options.Inputs, options.Guard)),
            ("product", new Nmu<T>(new(2 * options.Inputs, options.Outputs) { Sparsity = options.Sparsity })),
        ]);
    }
}
