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

        double total = Reduction.LogSumExp<double>(LogWeights);
        double[] weights = [.. LogWeights.Select(log => Elementary.Exp(log - total))];
        var chosen = new int[Rows.Length];
        Systematic.Draw(weights, rng.Uniform(), chosen);
        return [.. chosen.Select(i => Rows[i])];
    }
}
