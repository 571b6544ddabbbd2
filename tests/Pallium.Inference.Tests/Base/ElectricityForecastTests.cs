namespace Pallium.Inference.Tests;

public sealed class ElectricityForecastTests
{
    private const int Train = 8640;
    private const int Valid = 2880;
    private const int Test = 2880;
    private const int Channels = 7;
    private const int Features = 4;

    [Fact]
    public void Electricity_load_is_forecast_96_hours_and_more_ahead_better_than_by_published_linear_models()
    {
        (double[] values, double[] features) = Read();
        var learned = EvenSeries.Of(values[..(Train * Channels)], Channels, features[..(Train * Features)]);
        BaseGroup[] groups = [.. Enumerable.Range(0, Channels).Select(j => new BaseGroup(j, 1, BaseKind.Real))];
        LinearBase fitted = LinearBaseFit.Fit(new BaseData(groups, Features, [learned]), new LinearBaseOptions(), out LinearStructure? structure);
        TestContext.Current.TestOutputHelper!.WriteLine($"{structure}");
        RollingForecasts.Errors[] errors = RollingForecasts.Score(
            fitted, EvenSeries.Of(values, Channels, features), Train + Valid, LongForm.IsWanted ? 1 : 35, 96, 192, 336, 720);
        (double Square, double Absolute)[] bounds = [(0.375, 0.4), (0.415, 0.42), (0.445, 0.44), (0.455, 0.47)];
        bounds[0] = LongForm.IsWanted ? (0.365, 0.39) : bounds[0];
        foreach ((RollingForecasts.Errors error, (double Square, double Absolute) bound) in errors.Zip(bounds))
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"MSE {error.Square:F4}, MAE {error.Absolute:F4}");
            Assert.True(error.Square <= bound.Square, $"MSE {error.Square:F4}, expected {bound.Square}");
            Assert.True(error.Absolute <= bound.Absolute, $"MAE {error.Absolute:F4}, expected {bound.Absolute}");
        }
    }

    private static (double[] Values, double[] Features) Read()
    {
        List<string[]> rows = SharedData.Rows("etth1/ETTh1.csv.gz");
        int n = Train + Valid + Test;
        double[] features = new double[n * Features];
        for (int t = 0; t < n; t++)
        {
            for (int k = 0; k < 2; k++)
            {
                double phase = 2 * Math.PI * t / (k == 0 ? 24 : 168);
                features[(t * Features) + (2 * k)] = Math.Sin(phase);
                features[(t * Features) + (2 * k) + 1] = Math.Cos(phase);
            }
        }

        return (SharedData.Standardised(rows, firstColumn: 1, n, Train), features);
    }
}
