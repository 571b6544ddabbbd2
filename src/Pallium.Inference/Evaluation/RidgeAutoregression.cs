using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Ridge autoregression of one channel on its own past: x_t = Σ_i w_i x_{t-i} + c.</summary>
/// <remarks>The ridge is a thousandth of the sum of squares around the mean, on the weights and not on c.</remarks>
internal static class RidgeAutoregression
{
    /// <summary>The longest order tried.</summary>
    public const int MostOrder = 64;

    private const double Ridge = 1e-3;
    private static readonly int[] Orders = [1, 2, 4, 8, 16, 32, MostOrder];

    /// <summary>Weights of the last values and an intercept, of the order that forecasts the last fifth best.</summary>
    public static double[] Fit(Series[] series, int channel)
    {
        double[] best = [];
        double bestError = double.PositiveInfinity;
        foreach (int order in Orders)
        {
            if (series.Sum(s => Math.Max(0, s.Length - order)) < 10 * order + 10)
            {
                break;
            }

            double[] weights = Solve(series, channel, order, upTo: 0.8);
            double error = 0;
            foreach (Series s in series)
            {
                double[] column = ColumnOf(s, channel);
                for (int t = Math.Max(order, (int)(0.8 * s.Length)); t < s.Length; t++)
                {
                    double residual = column[t] - weights[order];
                    for (int i = 0; i < order; i++)
                    {
                        residual -= weights[i] * column[t - 1 - i];
                    }

                    error += double.IsNaN(residual) ? 0 : residual * residual;
                }
            }

            if (error < bestError * 0.999)
            {
                bestError = error;
                best = Solve(series, channel, order, upTo: 1);
            }
        }

        return best;
    }

    private static double[] Solve(Series[] series, int channel, int order, double upTo)
    {
        int n = order + 1;
        var gram = new double[n * n];
        var right = new double[n];
        (double mean, double scale) = Moments(series, channel);
        var row = new double[n];
        foreach (Series s in series)
        {
            double[] column = ColumnOf(s, channel);
            for (int t = order; t < (int)(upTo * s.Length); t++)
            {
                for (int i = 0; i < order; i++)
                {
                    row[i] = column[t - 1 - i] - mean;
                }

                row[order] = 1;
                double y = column[t] - mean;
                if (double.IsNaN(y) || double.IsNaN(row[order - 1]))
                {
                    continue;
                }

                for (int i = 0; i < n; i++)
                {
                    right[i] += row[i] * y;
                    for (int j = 0; j < n; j++)
                    {
                        gram[(i * n) + j] += row[i] * row[j];
                    }
                }
            }
        }

        for (int i = 0; i < n; i++)
        {
            gram[(i * n) + i] += i < order ? (Ridge * scale) + 1e-12 : 1e-9;
        }

        Cholesky.FactorWithJitter(gram, n);
        Cholesky.Solve(gram, n, right, 1);
        double shift = mean;
        for (int i = 0; i < order; i++)
        {
            shift -= right[i] * mean;
        }

        right[order] += shift;
        return right;
    }

    /// <summary>Mean, and sum of the squares around it.</summary>
    private static (double Mean, double Squares) Moments(Series[] series, int channel)
    {
        double squares = 0;
        double mean = 0;
        long count = 0;
        foreach (double x in series.SelectMany(s => ColumnOf(s, channel)))
        {
            if (!double.IsNaN(x))
            {
                count++;
                double delta = x - mean;
                mean += delta / count;
                squares += delta * (x - mean);
            }
        }

        return (mean, squares);
    }

    /// <summary>One channel of a series, [N].</summary>
    public static double[] ColumnOf(Series series, int channel)
    {
        int channels = series.Values.Length / series.Length;
        return [.. Enumerable.Range(0, series.Length).Select(t => series.Values[(t * channels) + channel])];
    }
}
