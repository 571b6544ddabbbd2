using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>How strongly, and when, learning pushes the weights of an arithmetic unit to -1, 0 and 1.</summary>
/// <remarks>
/// The auxiliary loss is λ·mean(min(|W|, 1 - |W|)). λ is 0 until <see cref="From"/>, so that learning first finds which inputs matter, then rises
/// linearly to <paramref name="Weight"/> at <see cref="To"/> and stays there. Source: Madsen and Johansen, ICLR 2020 (arXiv 2001.05016).
/// </remarks>
/// <param name="Weight">λ at the end, not negative; 0: no such loss.</param>
public sealed record SparsityOptions(double Weight)
{
    /// <summary>Share of learning done at which λ begins to rise, at least 0.</summary>
    public double From { get; init; } = 0.2;

    /// <summary>Share of learning done at which λ has risen, greater than <see cref="From"/> and at most 1.</summary>
    public double To { get; init; } = 0.4;

    /// <summary>λ where so much of learning is ahead.</summary>
    internal double At(double ahead) => Weight * Math.Clamp((1 - ahead - From) / (To - From), 0, 1);

    /// <summary>Refuses what is out of range.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is.</exception>
    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegative(Weight);
        ArgumentOutOfRangeException.ThrowIfNegative(From);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(To, 1);
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(To, From);
    }
}

/// <summary>The auxiliary loss of weights that are to become -1, 0 or 1, and its gradient.</summary>
internal static class WholeWeights
{
    /// <summary>Name of the loss.</summary>
    public static IReadOnlyList<string> Names { get; } = ["sparsity"];

    /// <summary>Adds λ·mean(min(|W|, 1 - |W|)) for every slice.</summary>
    public static void AddLoss<T>(Parameter<T> weight, SparsityOptions options, in SequencePass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double scale = Scale(weight, options, pass);
        if (pass.Auxiliary.IsEmpty || scale == 0)
        {
            return;
        }

        T sum = T.Zero;
        foreach (T value in weight.Values)
        {
            T size = T.Abs(value);
            sum += T.Min(size, T.One - size);
        }

        pass.Auxiliary[0] += T.CreateChecked(scale) * sum;
    }

    /// <summary>Adds the gradient of <see cref="AddLoss"/>: towards 0 up to ½ and away from it beyond; none at 0.</summary>
    public static void AddGradient<T>(Parameter<T> weight, SparsityOptions options, in SequencePass<T> pass, in SequenceGradients<T> gradients)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        double scale = Scale(weight, options, pass);
        if (gradients.Auxiliary.IsEmpty || scale == 0)
        {
            return;
        }

        T slope = gradients.Auxiliary[0] * T.CreateChecked(scale);
        T half = T.CreateChecked(0.5);
        Span<T> sum = gradients.Parameters[weight];
        for (int i = 0; i < sum.Length; i++)
        {
            T value = weight.Values[i];
            bool grows = T.Abs(value) < half == T.IsPositive(value);
            sum[i] += T.IsZero(value) ? T.Zero : grows ? slope : -slope;
        }
    }

    private static double Scale<T>(Parameter<T> weight, SparsityOptions options, in SequencePass<T> pass)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => (double)pass.Steps * pass.Rows * options.At(pass.Ahead) / weight.Length;
}
