using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>p(x) = Σ π_k·N(x; μ_k, Σ_k) in d dimensions, and what is left of it when linear forms of x are known.</summary>
/// <remarks>
/// Clamping c'x = y takes a rank-one update of each component: s = c'Σc, μ += Σc·(y - c'μ)/s, Σ -= Σc·c'Σ/s, log π += log N(y; c'μ, s).
/// Covariances of clamped directions become zero; a second clamp of the same direction is then seen to agree or to contradict.
/// </remarks>
internal sealed class GaussianMixture
{
    /// <summary>Variance of a form, in units of its square length, below which rounding is all that is left.</summary>
    private const double Known = 1e-12;

    /// <summary>Difference of two values of a form, in units of its length and of the value, that rounding explains.</summary>
    private const double Same = 1e-9;

    /// <param name="dimension">d.</param>
    /// <param name="logWeights">log π, [K].</param>
    /// <param name="means">μ, [K][d].</param>
    /// <param name="covariances">Σ, [K][d·d], symmetric.</param>
    public GaussianMixture(int dimension, double[] logWeights, double[][] means, double[][] covariances)
    {
        Dimension = dimension;
        LogWeights = logWeights;
        Means = means;
        Covariances = covariances;
    }

    public int Dimension { get; }

    /// <summary>log π, [K], normalised.</summary>
    public double[] LogWeights { get; }

    /// <summary>μ, [K][d].</summary>
    public double[][] Means { get; }

    /// <summary>Σ, [K][d·d].</summary>
    public double[][] Covariances { get; }

    public int Count => LogWeights.Length;

    public GaussianMixture Copy() =>
        new(Dimension, [.. LogWeights], [.. Means.Select(mean => (double[])mean.Clone())], [.. Covariances.Select(c => (double[])c.Clone())]);

    /// <summary>
    /// Clamps c'x = <paramref name="value"/>, in place, and returns the log density of that, in nats: null where earlier clamps say it already, -∞ where
    /// they exclude it.
    /// </summary>
    /// <param name="form">c, [d].</param>
    /// <param name="value">y.</param>
    public double? Clamp(ReadOnlySpan<double> form, double value)
    {
        double scale = Reduction.SumOfSquares(form);
        double[][] across = [.. Means.Select(_ => new double[Dimension])];
        var variances = new double[Count];
        for (int k = 0; k < Count; k++)
        {
            variances[k] = Math.Max(Variance(k, form, across[k]), Known * scale);
        }

        if (Array.TrueForAll(variances, variance => variance <= Known * scale))
        {
            double gap = Math.Abs(value - Reduction.Dot(form, Means[0]));
            return gap <= Same * (Math.Sqrt(scale) + Math.Abs(value)) ? null : double.NegativeInfinity;
        }

        for (int k = 0; k < Count; k++)
        {
            double gap = value - Reduction.Dot(form, Means[k]);
            RowUpdate.AddScaled(gap / variances[k], across[k], Means[k]);
            for (int i = 0; i < Dimension; i++)
            {
                RowUpdate.AddScaled(-across[k][i] / variances[k], across[k], Covariances[k].AsSpan(i * Dimension, Dimension));
            }

            LogWeights[k] += NormalInterval.LogDensity(gap / Math.Sqrt(variances[k])) - (0.5 * Elementary.Log(variances[k]));
        }

        return Normalize();
    }

    /// <summary>c'Σ_k·c, and Σ_k·c.</summary>
    public double Variance(int k, ReadOnlySpan<double> form, Span<double> across)
    {
        for (int i = 0; i < Dimension; i++)
        {
            across[i] = Reduction.Dot(Covariances[k].AsSpan(i * Dimension, Dimension), form);
        }

        return Reduction.Dot(form, across);
    }

    /// <summary>The distribution of one coordinate.</summary>
    public Mixture Marginal(int coordinate)
    {
        var mixture = new Mixture(Count);
        for (int k = 0; k < Count; k++)
        {
            mixture.Weights[k] = Elementary.Exp(LogWeights[k]);
            mixture.Means[k] = Means[k][coordinate];
            mixture.Scales[k] = Math.Sqrt(Math.Max(0, Covariances[k][coordinate * (Dimension + 1)]));
        }

        return mixture;
    }

    /// <summary>Makes the weights add up to one, and returns the logarithm of what they did.</summary>
    public double Normalize()
    {
        double total = Reduction.LogSumExp<double>(LogWeights);
        for (int k = 0; k < Count; k++)
        {
            LogWeights[k] -= total;
        }

        return total;
    }
}
