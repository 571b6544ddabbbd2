using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Widens a covariance so that each coordinate given all others has a wanted variance, by weakening correlations.</summary>
/// <remarks>
/// Independent noise δ_j is added to each coordinate and all is scaled back to the old variances. The δ are found by a few
/// multiplicative corrections, since the noise on one coordinate also blurs what it says about another.
/// </remarks>
internal static class CovarianceWidening
{
    private const int Corrections = 30;
    private const double Worthwhile = 1.02;
    private const double LargestShare = 0.98;

    /// <summary>The widened covariance, [D, D].</summary>
    /// <param name="covariance">[D, D].</param>
    /// <param name="coordinates">D.</param>
    /// <param name="alone">[D]: factors, at least 1, on the variances.</param>
    /// <param name="givenOthers">[D]: factors, at least 1, on the variances given all other coordinates; up to 1.02 nothing is done.</param>
    public static double[] Widen(ReadOnlySpan<double> covariance, int coordinates, ReadOnlySpan<double> alone, ReadOnlySpan<double> givenOthers)
    {
        int d = coordinates;
        double[] widened = covariance.ToArray();
        double[] scale = new double[d];
        double[] noise = new double[d];
        double[] now = new double[d];
        double[] wanted = new double[d];
        var before = new OthersRegression(covariance, d);
        for (int j = 0; j < d; j++)
        {
            scale[j] = alone[j] > Worthwhile ? Math.Sqrt(alone[j]) : 1;
        }

        for (int j = 0; j < d; j++)
        {
            now[j] = before.Variance(j) * scale[j] * scale[j];
            double factor = givenOthers[j] > Worthwhile ? givenOthers[j] : 1;
            double variance = covariance[(j * d) + j] * scale[j] * scale[j];
            wanted[j] = Math.Clamp(before.Variance(j) * factor, now[j], Math.Max(now[j], LargestShare * variance));
            noise[j] = wanted[j] > Worthwhile * now[j] ? wanted[j] - now[j] : 0;
            for (int i = 0; i < d; i++)
            {
                widened[(i * d) + j] *= scale[i] * scale[j];
            }
        }

        double[] result = Blur(widened, d, noise);
        for (int round = 0; round < Corrections && noise.Any(x => x > 0); round++)
        {
            var regression = new OthersRegression(result, d);
            for (int j = 0; j < d; j++)
            {
                double gained = regression.Variance(j) - now[j];
                noise[j] *= noise[j] == 0 ? 0 : Math.Clamp((wanted[j] - now[j]) / Math.Max(gained, 1e-12), 0.5, 2);
            }

            result = Blur(widened, d, noise);
        }

        return result;
    }

    private static double[] Blur(double[] covariance, int d, double[] noise)
    {
        double[] blurred = (double[])covariance.Clone();
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                if (i != j)
                {
                    blurred[(i * d) + j] *= Kept(i) * Kept(j);
                }
            }
        }

        return blurred;

        double Kept(int j) => Math.Sqrt(covariance[(j * d) + j] / (covariance[(j * d) + j] + noise[j]));
    }
}
