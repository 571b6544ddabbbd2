namespace Pallium.Inference.Tests;

public sealed class StampReaderTests
{
    private const double Hour = 3600;

    [Theory]
    [InlineData("1970-01-02", 86400)]
    [InlineData("1970-01", 0)]
    [InlineData("1970/01/01 00:01", 60)]
    [InlineData("02.01.1970 00:00:01", 86401)]
    [InlineData("1970-01-01T00:00:00.25", 0.25)]
    [InlineData("1970-01-01 00:00:00Z", 0)]
    [InlineData("1970-01-01T01:30+01:30", 0)]
    [InlineData("1970-01-01 01:00:00 -0230", 12600)]
    [InlineData("1969-12-31T23:00:00-01", 0)]
    [InlineData("1969-12-31 23:59:59.999999", -0.000001)]
    public void Dates_are_seconds_since_1970(string text, double seconds) => Assert.Equal(seconds, Single(text), 9);

    [Theory]
    [InlineData("1970")]
    [InlineData("1970-13-01")]
    [InlineData("1970-02-29")]
    [InlineData("0000-01-01")]
    [InlineData("1970-1-1")]
    [InlineData("1970-01-01 24:00")]
    [InlineData("1970-01-01 12")]
    [InlineData("1970-01-01 12:00:")]
    [InlineData("1970-01-01 12:00:00.")]
    [InlineData("1970-01-01 12:00+")]
    [InlineData("1970-01-01 12:00+1:00")]
    [InlineData("1970-01-01 12:00+19:00")]
    [InlineData("1970-01-01 12:00Zulu")]
    [InlineData("01/02/1970")]
    [InlineData("tomorrow")]
    [InlineData("")]
    public void Other_texts_are_no_dates(string text) => Assert.False(Stamp.TryParse(text, out _, out _));

    [Fact]
    public void An_hour_that_Berlin_repeats_is_two_hours()
    {
        double[] times = Times("Europe/Berlin", "2024-10-27 01:00", "2024-10-27 02:00", "2024-10-27 02:00", "2024-10-27 03:00");

        Assert.Equal([Hour, Hour, Hour], Steps(times));
    }

    [Fact]
    public void Every_stamp_of_a_repeated_hour_finds_its_place()
    {
        double[] times = Times("America/New_York", "2024-11-03 00:30", "2024-11-03 01:00", "2024-11-03 01:30", "2024-11-03 01:00", "2024-11-03 01:30", "2024-11-03 02:00");

        Assert.Equal([Hour / 2, Hour / 2, Hour / 2, Hour / 2, Hour / 2], Steps(times));
    }

    [Fact]
    public void An_hour_that_Berlin_skips_is_no_time()
    {
        double[] times = Times("Europe/Berlin", "2024-03-31 01:00", "2024-03-31 03:00");

        Assert.Equal([Hour], Steps(times));
        Assert.Equal("log.csv, line 3, column 'time': found '2024-03-31 02:30', expected a local time that exists in Europe/Berlin "
            + "(its clocks skip this one), or a stamp with an offset.",
            Assert.Throws<InputException>(() => Times("Europe/Berlin", "2024-03-31 01:00", "2024-03-31 02:30")).Message);
    }

    [Fact]
    public void An_hour_that_New_York_skips_is_no_time()
    {
        Assert.Equal([Hour], Steps(Times("America/New_York", "2024-03-10 01:00", "2024-03-10 03:00")));
        Assert.Throws<InputException>(() => Times("America/New_York", "2024-03-10 01:00", "2024-03-10 02:00"));
    }

    [Fact]
    public void A_repeated_hour_three_times_is_a_duplicate() =>
        Assert.StartsWith("log.csv, line 4, column 'time': found the stamp '2024-10-27 02:00' twice",
            Assert.Throws<InputException>(() => Times("Europe/Berlin", "2024-10-27 02:00", "2024-10-27 02:00", "2024-10-27 02:00")).Message, StringComparison.Ordinal);

    [Fact]
    public void An_offset_counts_more_than_the_zone() =>
        Assert.Equal([Hour], Steps(Times("Europe/Berlin", "2024-03-31T00:00:00Z", "2024-03-31 02:00+01:00")));

    [Fact]
    public void Days_in_a_zone_are_23_to_25_hours() =>
        Assert.Equal([23 * Hour, 24 * Hour], Steps(Times("Europe/Berlin", "2024-03-31", "2024-04-01", "2024-04-02")));

    [Theory]
    [InlineData(null)]
    [InlineData("Europe/Berlin")]
    [InlineData("America/New_York")]
    public void A_formatted_stamp_reads_back(string? zone)
    {
        var axis = new TimeAxis(TimeKind.Date) { Column = "time", Zone = zone, Step = 1800 };
        for (double time = 1729980000; time < 1730010000; time += 900.25)
        {
            Assert.Equal(time, Single(axis.Format(time)));
        }
    }

    private static double Single(string text)
    {
        Assert.True(Stamp.TryParse(text, out DateTime local, out TimeSpan? offset));
        return Stamp.ToSeconds(local) - (offset?.TotalSeconds ?? 0);
    }

    private static double[] Steps(double[] times) => [.. times.Skip(1).Zip(times, (after, before) => after - before)];

    private static double[] Times(string zone, params string[] stamps)
    {
        string text = "time,a\n" + string.Concat(stamps.Select((stamp, i) => $"{stamp},{i}\n"));
        return Frame.ReadCsv(new StringReader(text), "log.csv", new FrameOptions { TimeZone = zone }).Series[0].Times;
    }
}
