namespace Pallium.Inference;

/// <summary>Scores of a forecast that is a sorted ensemble of equally weighted values.</summary>
internal static class EnsembleScore
{
    /// <summary>Continuous ranked probability score, E|X - y| - ½ E|X - X'|, of the ensemble as a distribution; O(n).</summary>
    /// <remarks>Source: Gneiting and Raftery, JASA 2007, eq. 21.</remarks>
    public static double Crps(ReadOnlySpan<double> sorted, double y)
    {
        double distance = 0;
        double spread = 0;
        int n = sorted.Length;
        for (int i = 0; i < n; i++)
        {
            distance += Math.Abs(sorted[i] - y);
            spread += ((2.0 * i) - n + 1) * sorted[i];
        }

        return (distance / n) - (spread / n / n);
    }

    /// <summary>Brier score of class frequencies, Σ (p_k - 1[k = y])², in [0, 2].</summary>
    public static double Brier(ReadOnlySpan<double> probabilities, int y)
    {
        double sum = 0;
        for (int k = 0; k < probabilities.Length; k++)
        {
            double error = probabilities[k] - (k == y ? 1 : 0);
            sum += error * error;
        }

        return sum;
    }
}
