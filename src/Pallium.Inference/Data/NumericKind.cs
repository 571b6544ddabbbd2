namespace Pallium.Inference;

/// <summary>Whether a channel of numbers is real or positive.</summary>
internal static class NumericKind
{
    private const double AtomShare = 0.05;
    private const double ClearSkewness = 1;

    /// <summary>
    /// Positive where no value is negative and either at least 5 % are exactly zero or the sample skewness
    /// Σ((x - mean)/sd)³/n is above 1; else real. Holes are passed over.
    /// </summary>
    public static ChannelKind Find(ReadOnlySpan<double> values)
    {
        double sum = 0;
        int count = 0;
        int zeros = 0;
        foreach (double x in values)
        {
            if (x < 0)
            {
                return ChannelKind.Real;
            }

            if (!double.IsNaN(x))
            {
                sum += x;
                count++;
                zeros += x == 0 ? 1 : 0;
            }
        }

        if (count == 0)
        {
            return ChannelKind.Real;
        }

        return zeros >= AtomShare * count || Skewness(values, sum / count, count) > ClearSkewness ? ChannelKind.Positive : ChannelKind.Real;
    }

    private static double Skewness(ReadOnlySpan<double> values, double mean, int count)
    {
        double squares = 0;
        foreach (double x in values)
        {
            squares += double.IsNaN(x) ? 0 : (x - mean) * (x - mean);
        }

        double deviation = Math.Sqrt(squares / count);
        double cubes = 0;
        foreach (double x in values)
        {
            double z = double.IsNaN(x) || deviation == 0 ? 0 : (x - mean) / deviation;
            cubes += z * z * z;
        }

        return cubes / count;
    }
}
