namespace Pallium.Inference.Tests;

/// <summary>Forecasts of a base from every row of a test part, scored as the long-horizon papers do.</summary>
internal static class RollingForecasts
{
    /// <summary>Mean squared and mean absolute error over windows, steps and coordinates, and the squared error of repeating the last value.</summary>
    public readonly record struct Errors(double Square, double Absolute, double RepeatedSquare);

    /// <summary>Errors at each horizon, over the windows that lie wholly in the test part.</summary>
    /// <param name="fitted">The base.</param>
    /// <param name="series">All rows.</param>
    /// <param name="start">First row of the test part, which goes to the end.</param>
    /// <param name="stride">Rows from one window to the next.</param>
    /// <param name="horizons">Steps, ascending.</param>
    public static Errors[] Score(LinearBase fitted, BaseSeries series, int start, int stride, params int[] horizons)
    {
        int d = fitted.Coordinates;
        int e = fitted.ExogenousCount;
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        var sums = new Errors[horizons.Length];
        long[] cells = new long[horizons.Length];
        fitted.Begin(state);
        for (int t = 0; t + horizons[0] <= series.Length; t++)
        {
            if (t >= start && (t - start) % stride == 0)
            {
                int steps = horizons.Last(h => t + h <= series.Length);
                double[] forecast = new double[steps * d];
                fitted.Rollout(state, series.Exogenous.AsSpan(t * e, steps * e), forecast, slice);
                for (int i = 0; i < forecast.Length; i++)
                {
                    double truth = series.Values[(t * d) + i];
                    double error = forecast[i] - truth;
                    double repeated = series.Values[((t - 1) * d) + (i % d)] - truth;
                    for (int h = 0; h < horizons.Length; h++)
                    {
                        if (horizons[h] <= steps && i < horizons[h] * d)
                        {
                            sums[h] = new Errors(sums[h].Square + (error * error), sums[h].Absolute + Math.Abs(error), sums[h].RepeatedSquare + (repeated * repeated));
                            cells[h]++;
                        }
                    }
                }
            }

            fitted.Update(state, series.Exogenous.AsSpan(t * e, e), 1, series.Values.AsSpan(t * d, d), slice);
        }

        return [.. sums.Zip(cells, (sum, n) => new Errors(sum.Square / n, sum.Absolute / n, sum.RepeatedSquare / n))];
    }
}
