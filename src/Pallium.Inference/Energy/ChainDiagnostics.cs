using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>How much the draws of several chains are worth for the mean of one coordinate.</summary>
/// <remarks>
/// With W the mean variance inside chains and V⁺ = (n-1)/n·W + B/n, the autocorrelation at lag t is ρ_t = 1 - (W - mean_c s_c²·ρ_c,t)/V⁺; pairs
/// ρ_2k + ρ_2k+1 are summed while they are positive, made to fall (Geyer's initial monotone sequence): τ = -1 + 2·Σ, ESS = m·n/τ, R̂ = √(V⁺/W).
/// Chains that stand at different places make V⁺ large, so that ESS falls towards their number.
/// Source: Vehtari, Gelman, Simpson, Carpenter and Bürkner, Bayesian Analysis 16, 2021, section 3.
/// </remarks>
internal static class ChainDiagnostics
{
    /// <summary>Effective sample size, standard error of the mean, and R̂.</summary>
    /// <param name="chains">[m][n], at least four draws each.</param>
    public static (double EffectiveSampleSize, double StandardError, double PotentialScaleReduction) Of(double[][] chains)
    {
        int m = chains.Length;
        int n = chains[0].Length;
        double[] means = [.. chains.Select(chain => Reduction.Sum<double>(chain) / n)];
        double[][] centred = [.. chains.Select((chain, c) => chain.Select(x => x - means[c]).ToArray())];
        double inside = centred.Sum(chain => Reduction.SumOfSquares<double>(chain)) / (m * (n - 1.0));
        double mean = means.Sum(x => x) / m;
        double between = m > 1 ? means.Sum(x => (x - mean) * (x - mean)) / (m - 1) : 0;
        double total = (inside * (n - 1) / n) + between;
        if (!(total > 0))
        {
            return (m * n, 0, 1);
        }

        double Correlation(int lag)
        {
            double covariance = centred.Sum(chain => Reduction.Dot<double>(chain.AsSpan(lag), chain.AsSpan(0, n - lag))) / (m * (double)n);
            return 1 - ((inside - covariance) / total);
        }

        double sum = 0;
        double least = double.PositiveInfinity;
        for (int lag = 0; lag + 1 < n; lag += 2)
        {
            double pair = (lag == 0 ? 1 : Correlation(lag)) + Correlation(lag + 1);
            if (!(pair > 0))
            {
                break;
            }

            least = Math.Min(least, pair);
            sum += least;
        }

        // Draws that alternate may be worth more than independent ones; the bound is the one of the source.
        double draws = m * (double)n;
        double worth = draws / Math.Max((2 * sum) - 1, 1 / Math.Max(1, Elementary.Log(draws) / 2.302585092994046));
        return (worth, Math.Sqrt(total / worth), Math.Sqrt(total / inside));
    }
}
