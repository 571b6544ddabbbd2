using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What a <see cref="SliceGaussian"/> says about a binary or categorical channel: linear discriminant analysis for any clamp set.</summary>
/// <remarks>
/// Take the clamped coordinates x as Gaussian around B·(y - m) for the channel's indicators y, as the joint covariance has it. Before
/// any clamp the indicators have mean m and covariance S, after the clamps g and V; so the clamps' likelihood as a function of y has
/// precision V⁻¹ - S⁻¹ and linear term V⁻¹(g - m) about m, whatever the clamps were. With u_k = e_k - m, class k gets the score
/// u_kᵀV⁻¹(g - m) - ½ u_kᵀ(V⁻¹ - S⁻¹)u_k, to be added to the log of its prior probability. One indicator is left out, since
/// they sum to one. Source: Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed., section 4.3.
/// </remarks>
internal static class DiscreteEvidence
{
    private const double SmallestProbability = 1e-3;
    private const double Jitter = 1e-6;
    private const double LargestInput = 4;

    /// <summary>log p_k of the slice before any clamp: predicted indicator means, held inside [0.001, 0.999] and normalised.</summary>
    public static void LogPrior(SliceGaussian slice, BaseGroup group, Span<double> logProbabilities)
    {
        double total = 0;
        for (int k = 0; k < group.Classes; k++)
        {
            double mean = slice.PriorMean[group.Start + (group.Kind == BaseKind.Binary ? 0 : k)];
            double p = group.Kind == BaseKind.Binary && k == 0 ? 1 - mean : mean;
            logProbabilities[k] = Math.Clamp(p, SmallestProbability, 1 - SmallestProbability);
            total += logProbabilities[k];
        }

        for (int k = 0; k < group.Classes; k++)
        {
            logProbabilities[k] = Elementary.Log(logProbabilities[k] / total);
        }
    }

    /// <summary>The clamps' log-likelihood of each class, up to a constant; the channel itself is not clamped. O(n³), no allocation.</summary>
    public static void Scores(SliceGaussian slice, BaseGroup group, Span<double> scores)
    {
        int m = group.Classes - 1;
        int d = slice.Coordinates;
        Span<double> scratch = slice.Scratch;
        Span<double> posterior = scratch[..(m * m)];
        Span<double> prior = scratch.Slice(m * m, m * m);
        Span<double> direction = scratch.Slice(2 * m * m, m);
        Span<double> offset = scratch.Slice((2 * m * m) + m, m);
        Span<double> solved = scratch.Slice((2 * m * m) + (2 * m), m);
        double largest = 0;
        for (int i = 0; i < m; i++)
        {
            largest = Math.Max(largest, slice.PriorCovariance[((group.Start + i) * d) + group.Start + i]);
        }

        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < m; j++)
            {
                int cell = ((group.Start + i) * d) + group.Start + j;
                double jitter = i == j ? (Jitter * largest) + double.Epsilon : 0;
                posterior[(i * m) + j] = slice.Covariance[cell] + jitter;
                prior[(i * m) + j] = slice.PriorCovariance[cell] + jitter;
            }

            direction[i] = slice.Mean[group.Start + i] - slice.PriorMean[group.Start + i];
        }

        scores[..group.Classes].Clear();
        if (!Cholesky.TryFactor(posterior, m) || !Cholesky.TryFactor(prior, m))
        {
            return;
        }

        Cholesky.Solve(posterior, m, direction, 1);
        for (int k = 0; k < group.Classes; k++)
        {
            double score = 0;
            for (int i = 0; i < m; i++)
            {
                bool isClass = group.Kind == BaseKind.Binary ? k == 1 : k == i;
                offset[i] = (isClass ? 1 : 0) - slice.PriorMean[group.Start + i];
                score = Math.FusedMultiplyAdd(offset[i], direction[i], score);
            }

            scores[k] = score - (0.5 * (SquaredNorm(posterior, offset, solved) - SquaredNorm(prior, offset, solved)));
        }
    }

    /// <summary>The conditional means of all coordinates but the channel's own, in order, held within ±4; nothing where <paramref name="inputs"/> is empty.</summary>
    public static void Inputs(SliceGaussian slice, BaseGroup group, Span<double> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Math.Clamp(slice.Mean[i < group.Start ? i : i + group.Count], -LargestInput, LargestInput);
        }
    }

    /// <summary>uᵀ(L·Lᵀ)⁻¹u.</summary>
    private static double SquaredNorm(ReadOnlySpan<double> factor, ReadOnlySpan<double> u, Span<double> solved)
    {
        u.CopyTo(solved);
        Cholesky.SolveLower(factor, u.Length, solved, 1);
        double sum = 0;
        foreach (double x in solved)
        {
            sum = Math.FusedMultiplyAdd(x, x, sum);
        }

        return sum;
    }
}
