namespace Pallium.Cli.Tests;

public sealed class TicksTests
{
    private static readonly TimeAxis Dates = new(TimeKind.Date);

    [Theory]
    [InlineData(0, 1, "0 0.2 0.4 0.6 0.8 1")]
    [InlineData(-3.2, 9.9, "-2 0 2 4 6 8")]
    [InlineData(-0.0004, 0.0007, "-0.0004 -0.0002 0 0.0002 0.0004 0.0006")]
    [InlineData(2e6, 9e6, "2e+6 4e+6 6e+6 8e+6")]
    public void Numbers_are_round(double low, double high, string labels) =>
        Assert.Equal(labels, string.Join(' ', Ticks.Numbers(low, high, 6).Select(tick => tick.Label)));

    [Theory]
    [InlineData("2020-01-01T00:07:00", "2020-01-01T01:10:00", "Jan 1 00:10|00:20|00:30|00:40|00:50|01:00|01:10")]
    [InlineData("2020-01-30", "2020-02-02T12:00:00", "Jan 30 00:00|12:00|Jan 31|12:00|Feb 1|12:00|Feb 2|12:00")]
    [InlineData("2019-12-28", "2020-01-08", "Dec 28 2019|Dec 30|Jan 1 2020|Jan 3|Jan 5|Jan 7")]
    [InlineData("2019-10-15", "2020-04-10", "Nov 2019|Dec|Jan 2020|Feb|Mar|Apr")]
    [InlineData("2001-03-01", "2016-01-01", "2002|2004|2006|2008|2010|2012|2014|2016")]
    public void Times_are_round_dates(string low, string high, string labels) =>
        Assert.Equal(labels, string.Join('|', Ticks.Times(Dates, Seconds(low), Seconds(high), 8).Select(tick => tick.Label)));

    [Fact]
    public void Times_are_those_of_the_zone()
    {
        Tick[] ticks = [.. Ticks.Times(Dates with { Zone = "Asia/Tokyo" }, Seconds("2020-01-01"), Seconds("2020-01-02"), 4)];
        Assert.Equal("Jan 1 12:00|18:00|Jan 2|06:00", string.Join('|', ticks.Select(tick => tick.Label)));
        Assert.Equal(Seconds("2020-01-01T03:00:00"), ticks[0].At);
    }

    [Fact]
    public void All_ticks_lie_within()
    {
        var random = new Random(5);
        for (int i = 0; i < 500; i++)
        {
            double low = (random.NextDouble() - 0.2) * 1e9;
            double high = low + (1e8 * random.NextDouble() * random.NextDouble() * random.NextDouble()) + 1;
            IReadOnlyList<Tick> ticks = Ticks.Times(Dates, low, high, 8);
            Assert.InRange(ticks.Count, 0, 20);
            Assert.All(ticks, tick => Assert.InRange(tick.At, low - 1e-3, high + 1e-3));
        }
    }

    private static double Seconds(string date) =>
        (DateTime.Parse(date, System.Globalization.CultureInfo.InvariantCulture) - DateTime.UnixEpoch).TotalSeconds;
}
