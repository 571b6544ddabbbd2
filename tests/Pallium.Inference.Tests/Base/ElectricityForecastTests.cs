using System.Diagnostics;

namespace Pallium.Inference.Tests;

public sealed class ElectricityForecastTests
{
    private const int Train = 8640;
    private const int Valid = 2880;
    private const int Test = 2880;
    private const int Horizon = 96;
    private const int Channels = 7;
    private const int Features = 4;

    [Fact]
    public void Electricity_load_is_forecast_96_hours_ahead_as_well_as_by_published_models()
    {
        (double[] values, double[] features) = Read();
        int rows = Train + Valid + Test;
        var series = EvenSeries.Of(values[..(Train * Channels)], Channels, features[..(Train * Features)]);
        BaseGroup[] groups = [.. Enumerable.Range(0, Channels).Select(j => new BaseGroup(j, 1, BaseKind.Real))];
        var watch = Stopwatch.StartNew();
        LinearBase fitted = LinearBaseFit.Fit(new BaseData(groups, Features, [series]), new LinearBaseOptions(), out LinearStructure? structure);
        TestContext.Current.TestOutputHelper!.WriteLine($"{structure} in {watch.ElapsedMilliseconds} ms");
        int stride = LongForm.IsWanted ? 1 : 5;
        watch.Restart();
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        double[] forecast = new double[Horizon * Channels];
        fitted.Begin(state);
        double square = 0;
        double absolute = 0;
        long cells = 0;
        for (int t = Train; t + Horizon <= rows; t++)
        {
            if (t == Train)
            {
                for (int past = 0; past < t; past++)
                {
                    fitted.Update(state, features.AsSpan(past * Features, Features), 1, values.AsSpan(past * Channels, Channels), slice);
                }
            }

            if (t >= Train + Valid && (t - Train - Valid) % stride == 0)
            {
                fitted.Rollout(state, features.AsSpan(t * Features, Horizon * Features), forecast, slice);
                for (int i = 0; i < forecast.Length; i++)
                {
                    double error = forecast[i] - values[(t * Channels) + i];
                    square += error * error;
                    absolute += Math.Abs(error);
                }

                cells += forecast.Length;
            }

            fitted.Update(state, features.AsSpan(t * Features, Features), 1, values.AsSpan(t * Channels, Channels), slice);
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"MSE {square / cells:F4}, MAE {absolute / cells:F4}, {watch.ElapsedMilliseconds} ms");
        Assert.True(square / cells <= 0.375, $"MSE {square / cells:F4}");
        Assert.True(absolute / cells <= 0.405, $"MAE {absolute / cells:F4}");
    }

    private static (double[] Values, double[] Features) Read()
    {
        List<string[]> rows = SharedData.Rows("etth1/ETTh1.csv.gz");
        int n = Train + Valid + Test;
        double[] values = new double[n * Channels];
        double[] features = new double[n * Features];
        for (int j = 0; j < Channels; j++)
        {
            (double mean, double deviation) = SharedData.Moments(rows.Take(Train).Select(row => SharedData.Number(row[j + 1])));
            for (int t = 0; t < n; t++)
            {
                values[(t * Channels) + j] = (SharedData.Number(rows[t][j + 1]) - mean) / deviation;
            }
        }

        for (int t = 0; t < n; t++)
        {
            for (int k = 0; k < 2; k++)
            {
                double phase = 2 * Math.PI * t / (k == 0 ? 24 : 168);
                features[(t * Features) + (2 * k)] = Math.Sin(phase);
                features[(t * Features) + (2 * k) + 1] = Math.Cos(phase);
            }
        }

        return (values, features);
    }
}
