namespace Pallium.Inference.Tests;

public sealed class ClockTests
{
    [Theory]
    [InlineData(3600, 24 * 30, new[] { Clock.Day, Clock.Week })]
    [InlineData(3600, 24 * 2, new[] { Clock.Day })]
    [InlineData(3600, 47, new double[0])]
    [InlineData(86400, 365 * 2, new[] { Clock.Week })]
    [InlineData(86400, (365 * 2) + 2, new[] { Clock.Week, Clock.Year })]
    [InlineData(30 * 86400, 60, new[] { Clock.Year })]
    [InlineData(43200, 4, new[] { Clock.Day })]
    [InlineData(43201, 4, new double[0])]
    public void Periods_are_those_that_the_data_show_twice(double step, int steps, double[] periods)
    {
        double[] times = [.. Enumerable.Range(0, steps + 1).Select(i => i * step)];
        Frame frame = Frame.FromArrays([new Channel("a", ChannelKind.Real)], new double[steps + 1], times, TimeKind.Date);

        Assert.Equal(periods, Clock.Fit(frame).Periods);
    }

    [Fact]
    public void Numbers_have_no_clock()
    {
        double[] times = [.. Enumerable.Range(0, 1000).Select(i => i * 3600.0)];

        Assert.Empty(Clock.Fit(Frame.FromArrays([new Channel("a", ChannelKind.Real)], new double[1000], times)).Periods);
    }

    [Fact]
    public void A_quarter_of_a_day_is_a_right_angle()
    {
        var clock = new Clock([Clock.Day, Clock.Week]);
        var features = new double[clock.Features];
        clock.Write((-3 * Clock.Day) + (6 * 3600), features);

        Assert.Equal(1, features[0], 12);
        Assert.Equal(0, features[1], 12);
        Assert.Equal(1, (features[2] * features[2]) + (features[3] * features[3]), 12);
    }

    [Theory]
    [InlineData("2024-01-15T11:00:00Z")]
    [InlineData("2024-07-15T10:00:00Z")]
    public void Noon_in_Berlin_is_noon_in_summer_and_winter(string noon)
    {
        Assert.True(Stamp.TryParse(noon, out DateTime utc, out _));
        var features = new double[2];
        new Clock([Clock.Day], "Europe/Berlin").Write(Stamp.ToSeconds(utc), features);

        Assert.Equal(0, features[0], 9);
        Assert.Equal(-1, features[1], 9);
    }
}
