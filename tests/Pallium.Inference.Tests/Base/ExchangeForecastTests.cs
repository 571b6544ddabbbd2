namespace Pallium.Inference.Tests;

public sealed class ExchangeForecastTests
{
    private const int Train = 5311;
    private const int Valid = 760;
    private const int Test = 1517;
    private const int Channels = 8;

    [Fact]
    public void Exchange_rates_are_forecast_no_worse_than_by_repeating_the_last_value()
    {
        double[] values = SharedData.Standardised(SharedData.Rows("exchange_rate/exchange_rate.csv"), firstColumn: 0, Train + Valid + Test, Train);
        BaseGroup[] groups = [.. Enumerable.Range(0, Channels).Select(j => new BaseGroup(j, 1, BaseKind.Real))];
        var data = new BaseData(groups, 0, [EvenSeries.Of(values[..(Train * Channels)], Channels)]);
        LinearBase fitted = LinearBaseFit.Fit(data, new LinearBaseOptions(), out LinearStructure? structure);
        TestContext.Current.TestOutputHelper!.WriteLine($"{structure}");
        RollingForecasts.Errors[] errors = RollingForecasts.Score(
            fitted, EvenSeries.Of(values, Channels), Train + Valid, LongForm.IsWanted ? 1 : 13, 96, 192, 336, 720);
        Assert.All(errors, error =>
        {
            TestContext.Current.TestOutputHelper!.WriteLine($"MSE {error.Square:F4}, MAE {error.Absolute:F4}, repeating the last value {error.RepeatedSquare:F4}");
            Assert.True(error.Square <= error.RepeatedSquare, $"MSE {error.Square:F4}, repeating the last value {error.RepeatedSquare:F4}");
        });
    }
}
