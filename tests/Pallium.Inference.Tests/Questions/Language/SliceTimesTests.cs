using static Pallium.Inference.Tests.RoomSchema;

namespace Pallium.Inference.Tests;

public sealed class SliceTimesTests
{
    [Fact]
    public void Slices_to_come_are_a_step_apart_unless_they_are_known()
    {
        SliceTimes times = TimesOf(every: 300, Last + 100, Last + 1000);
        Assert.Equal([-600, 0, 100, 1000, 1300, 1600], Enumerable.Range(-1, 6).Select(offset => times.TimeOf(offset) - Last));
        Assert.Equal(Last + 1200, Times.TimeOf(2));
        Assert.Equal(double.NaN, Times.TimeOf(-51));
    }

    [Theory]
    [InlineData("co2@+100s", 1)]
    [InlineData("co2@+1000s", 2)]
    [InlineData("co2@+1300s", 3)]
    [InlineData("co2@+40min", 8)]
    public void Stamps_of_a_plan_are_found(string text, int offset) =>
        Assert.Equal(offset, Assert.Single(Asked(text, TimesOf(every: 200, Last + 100, Last + 1000, Last + 1300, Last + 1600))).Offset);

    [Theory]
    [InlineData("co2@2015-02-10T14:20:29", 0)]
    [InlineData("co2@2015-02-10T14:19:31", 0)]
    [InlineData("co2@2015-02-10T14:30:29", 1)]
    [InlineData("co2@2015-02-10T15:19:31Z", 6)]
    public void A_stamp_within_a_twentieth_of_a_step_means_the_slice(string text, int offset) => Assert.Equal(offset, Assert.Single(Asked(text)).Offset);

    [Theory]
    [InlineData("co2@2015-02-10T14:17", "found 'co2@2015-02-10T14:17', between two slices, expected the time of a slice: the nearest is 2015-02-10 14:20:00, @0.")]
    [InlineData("co2@+14min", "the nearest is 2015-02-10 14:30:00, @+1.")]
    [InlineData("co2@-24min", "the nearest is 2015-02-10 14:00:00, @-2.")]
    [InlineData("co2@2015-02-10", "expected a slice of the data: the first that is kept is 2015-02-10 06:00:00, 50 slices before the last one.")]
    [InlineData("co2@2055-02-10", "expected a slice at most 100,000 slices after the last one of the data")]
    public void Other_stamps_are_refused(string text, string words) => Assert.Contains(words, Refusal(() => Asked(text)), StringComparison.Ordinal);

    [Fact]
    public void Without_history_only_slices_to_come_can_be_asked_about()
    {
        var times = new SliceTimes(Schema, []);
        Assert.Equal(3, Assert.Single(Asked("co2@+3", times)).Offset);
        Assert.Equal(double.NaN, times.TimeOf(3));
        foreach (string text in new[] { "co2@0", "co2@-3", "co2@+6h", "co2@2015-02-10T14:20" })
        {
            Assert.Contains("as there is no history", Refusal(() => Asked(text, times)), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Rows_of_a_table_have_no_addresses()
    {
        FrameSchema table = Schema with { IsTable = true, Time = TimeAxis.None };
        Assert.Equal(1, Resolve(table, [], "co2@+1").Offset);
        Assert.Contains("no address, as the rows of this model are independent", Refusal(() => Resolve(table, [], "co2@+2")), StringComparison.Ordinal);
    }

    [Fact]
    public void Plain_numbers_are_stamps_where_time_is_one()
    {
        FrameSchema numbers = Schema with { Time = new TimeAxis(TimeKind.Number) { Unit = "h", Step = 0.5 } };
        Assert.Equal(-1, Resolve(numbers, [1, 1.5, 2], "co2@1.5").Offset);
        Assert.Equal(2, Resolve(numbers, [1, 1.5, 2], "co2@+60min").Offset);
        Assert.Contains("no unit", Refusal(() => Resolve(numbers with { Time = numbers.Time with { Unit = null } }, [1], "co2@+1h")), StringComparison.Ordinal);
        Assert.Contains("no time column", Refusal(() => Resolve(numbers with { Time = TimeAxis.None }, [1], "co2@\"2015-02-10\"")), StringComparison.Ordinal);
    }

    [Fact]
    public void Stamps_are_of_the_zone_of_the_data()
    {
        FrameSchema berlin = Schema with { Time = Schema.Time with { Zone = "Europe/Berlin" } };
        Assert.Equal(0, Resolve(berlin, [Last], "co2@2015-02-10T15:20").Offset);
        Assert.Equal(0, Resolve(berlin, [Last], "co2@2015-02-10T14:20Z").Offset);
    }

    [Fact]
    public void A_plan_begins_after_the_history() =>
        Assert.Contains("Found a slice to come at 2015-02-10 14:20:00, expected one after", Refusal(() => TimesOf(null, Last)), StringComparison.Ordinal);

    private static CellAddress Resolve(FrameSchema schema, double[] past, string text)
    {
        var question = new QuestionText(schema);
        question.Infer(text);
        return Assert.Single(question.Resolve(new SliceTimes(schema, past)).Asked);
    }
}
