using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Weighted rows.</summary>
/// <param name="Rows">[n][d], encoded.</param>
/// <param name="LogWeights">[n].</param>
/// <param name="LogScale">What the weights are short of: weight·exp(scale) is, on average, the probability of all intervals together.</param>
internal sealed record IntervalDraws(double[][] Rows, double[] LogWeights, double LogScale)
{
    /// <summary>log of the probability of all intervals together.</summary>
    public double LogEvidence => LogScale + Reduction.LogSumExp<double>(LogWeights) - Elementary.Log((double)LogWeights.Length);

    /// <summary>(Σ w)²/Σ w².</summary>
    public double EffectiveSampleSize => Elementary.Exp(
        (2 * Reduction.LogSumExp<double>(LogWeights)) - Reduction.LogSumExp<double>([.. LogWeights.Select(log => 2 * log)]));

    /// <summary>As many equally weighted rows, by systematic resampling; the rows themselves where weights are equal.</summary>
    public double[][] Equal(Rng rng)
    {
        if (LogWeights.All(log => log == LogWeights[0]))
        {
            return Rows;
        }

        int n = Rows.Length;
        double total = Reduction.LogSumExp<double>(LogWeights);
        double start = rng.Uniform();
        var equal = new double[n][];
        int taken = 0;
        double sum = 0;
        double[]? last = null;
        for (int i = 0; i < n; i++)
        {
            double weight = n * Elementary.Exp(LogWeights[i] - total);
            sum += weight;
            last = weight > 0 ? Rows[i] : last;
            while (taken < n && taken + start < sum)
            {
                equal[taken++] = Rows[i];
            }
        }

        // Where rounding left the sum short of n.
        equal.AsSpan(taken).Fill(last!);
        return equal;
    }
}
