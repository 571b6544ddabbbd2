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
internal readonly ref struct DiscreteEvidence
{
    private const double SmallestProbability = 1e-3;
    private const double Jitter = 1e-6;
    private const double LargestInput = 4;

    private readonly BaseGroup _group;
    private readonly bool _valid;
    private readonly Span<double> _posterior;
    private readonly Span<double> _prior;
    private readonly Span<double> _vectors;

    /// <summary>Factors V and S, which are the same for all slices of one covariance. O(n³).</summary>
    /// <param name="group">A discrete channel that is not clamped.</param>
    /// <param name="covariance">The slice's, given the clamps, [D, D].</param>
    /// <param name="priorCovariance">Before any clamp, [D, D].</param>
    /// <param name="coordinates">D.</param>
    /// <param name="scratch">Holds the factors; <see cref="ScratchSize"/> numbers.</param>
    public DiscreteEvidence(BaseGroup group, ReadOnlySpan<double> covariance, ReadOnlySpan<double> priorCovariance, int coordinates, Span<double> scratch)
    {
        int m = group.Classes - 1;
        _group = group;
        _posterior = scratch[..(m * m)];
        _prior = scratch.Slice(m * m, m * m);
        _vectors = scratch.Slice(2 * m * m, 3 * m);
        double largest = 0;
        for (int i = 0; i < m; i++)
        {
            largest = Math.Max(largest, priorCovariance[((group.Start + i) * coordinates) + group.Start + i]);
        }

        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < m; j++)
            {
                int cell = ((group.Start + i) * coordinates) + group.Start + j;
                double jitter = i == j ? (Jitter * largest) + double.Epsilon : 0;
                _posterior[(i * m) + j] = covariance[cell] + jitter;
                _prior[(i * m) + j] = priorCovariance[cell] + jitter;
            }
        }

        _valid = Cholesky.TryFactor(_posterior, m) && Cholesky.TryFactor(_prior, m);
    }

    /// <summary>Numbers of scratch for a channel.</summary>
    public static int ScratchSize(BaseGroup group) => (group.Classes - 1) * ((2 * (group.Classes - 1)) + 3);

    /// <summary>log p_k of the slice before any clamp: predicted indicator means, held inside [0.001, 0.999] and normalised.</summary>
    public static void LogPrior(ReadOnlySpan<double> priorMean, BaseGroup group, Span<double> logProbabilities)
    {
        double total = 0;
        for (int k = 0; k < group.Classes; k++)
        {
            double mean = priorMean[group.Start + (group.Kind == BaseKind.Binary ? 0 : k)];
            double p = group.Kind == BaseKind.Binary && k == 0 ? 1 - mean : mean;
            logProbabilities[k] = Math.Clamp(p, SmallestProbability, 1 - SmallestProbability);
            total += logProbabilities[k];
        }

        for (int k = 0; k < group.Classes; k++)
        {
            logProbabilities[k] = Elementary.Log(logProbabilities[k] / total);
        }
    }

    /// <summary>The clamps' log-likelihood of each class, up to a constant. O(n³), no allocation.</summary>
    /// <param name="mean">Conditional means, [D].</param>
    /// <param name="priorMean">Means before any clamp, [D].</param>
    /// <param name="scores">[n], on return.</param>
    public void Scores(ReadOnlySpan<double> mean, ReadOnlySpan<double> priorMean, Span<double> scores)
    {
        int m = _group.Classes - 1;
        scores[.._group.Classes].Clear();
        if (!_valid)
        {
            return;
        }

        Span<double> direction = _vectors[..m];
        Span<double> offset = _vectors.Slice(m, m);
        Span<double> solved = _vectors.Slice(2 * m, m);
        for (int i = 0; i < m; i++)
        {
            direction[i] = mean[_group.Start + i] - priorMean[_group.Start + i];
        }

        Cholesky.Solve(_posterior, m, direction, 1);
        for (int k = 0; k < _group.Classes; k++)
        {
            double score = 0;
            for (int i = 0; i < m; i++)
            {
                bool isClass = _group.Kind == BaseKind.Binary ? k == 1 : k == i;
                offset[i] = (isClass ? 1 : 0) - priorMean[_group.Start + i];
                score = Math.FusedMultiplyAdd(offset[i], direction[i], score);
            }

            scores[k] = score - (0.5 * (SquaredNorm(_posterior, offset, solved) - SquaredNorm(_prior, offset, solved)));
        }
    }

    /// <summary>The prior of a slice.</summary>
    public static void LogPrior(SliceGaussian slice, BaseGroup group, Span<double> logProbabilities) => LogPrior(slice.PriorMean, group, logProbabilities);

    /// <summary>The evidence of a slice's clamps.</summary>
    public static void Scores(SliceGaussian slice, BaseGroup group, Span<double> scores) =>
        new DiscreteEvidence(group, slice.Covariance, slice.PriorCovariance, slice.Coordinates, slice.Scratch).Scores(slice.Mean, slice.PriorMean, scores);

    /// <summary>The conditional means of all coordinates but the channel's own, in order, held within ±4; nothing where <paramref name="inputs"/> is empty.</summary>
    public static void Inputs(ReadOnlySpan<double> mean, BaseGroup group, Span<double> inputs)
    {
        for (int i = 0; i < inputs.Length; i++)
        {
            inputs[i] = Math.Clamp(mean[i < group.Start ? i : i + group.Count], -LargestInput, LargestInput);
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
