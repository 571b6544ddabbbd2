using System.IO.Compression;
using System.Text;

namespace Pallium.Inference.Tests;

public sealed class FrameTests
{
    private const string Weather = """
        date,rain [mm],temp (°C),windy,kind
        2012-01-01,0.0,12.8,yes,drizzle
        2012-01-02,10.9,-10.6,no,rain
        2012-01-03,NA,11.7,,rain
        2012-01-04,0.0,12.2,yes,sun
        """;

    [Fact]
    public void A_file_of_all_kinds_is_read()
    {
        Frame frame = Read(Weather);

        Assert.Equal(["rain", "temp", "windy", "kind"], frame.Channels.Select(channel => channel.Name));
        Assert.Equal([ChannelKind.Positive, ChannelKind.Real, ChannelKind.Binary, ChannelKind.Categorical], frame.Channels.Select(channel => channel.Kind));
        Assert.Equal(["mm", "°C", null, null], frame.Channels.Select(channel => channel.Unit));
        Assert.Equal([0.1, 0.1, 1, 1], frame.Channels.Select(channel => channel.Resolution));
        Assert.Equal(["no", "yes"], frame.Channels[2].Categories);
        Assert.Equal(["drizzle", "rain", "sun"], frame.Channels[3].Categories);
        Series series = Assert.Single(frame.Series);
        Assert.Equal([0, 12.8, 1, 0, 10.9, -10.6, 0, 1, double.NaN, 11.7, double.NaN, 1, 0, 12.2, 1, 2], series.Values);
        Assert.Equal(4, frame.RowCount);
        Assert.Equal("room.csv", frame.Source);
        Assert.Empty(frame.Warnings);
    }

    [Fact]
    public void Dates_are_seconds_and_the_step_is_their_median()
    {
        Frame frame = Read(Weather);

        Assert.Equal(TimeKind.Date, frame.Time.Kind);
        Assert.Equal("date", frame.Time.Column);
        Assert.Equal(86400, frame.Time.Step);
        Assert.Equal(1325376000, frame.Series[0].Times[0]);
        Assert.Equal("2012-01-01", frame.Time.Format(frame.Series[0].Times[0]));
    }

    [Fact]
    public void Numeric_stamps_are_taken_where_the_column_is_named_so()
    {
        Frame frame = Read("a,time [ms]\n5,0\n7,1.5\n6,4\n");

        Assert.Equal(new TimeAxis(TimeKind.Number) { Column = "time", Unit = "ms", Step = 1.5 }, frame.Time);
        Assert.Equal([0, 1.5, 4], frame.Series[0].Times);
    }

    [Fact]
    public void Without_a_time_column_rows_are_equal_steps()
    {
        Frame frame = Read("a,b\n5,1.5\n7,1.2\n");

        Assert.Equal(TimeAxis.None, frame.Time);
        Assert.Equal([0, 1], frame.Series[0].Times);
    }

    [Fact]
    public void The_first_column_of_dates_is_the_time()
    {
        Frame frame = Read("a,month\n5,1950-01\n7,1950-02\n");

        Assert.Equal("month", frame.Time.Column);
        Assert.Equal(31 * 86400, frame.Time.Step);
    }

    [Fact]
    public void An_empty_time_option_says_that_there_is_none()
    {
        Frame frame = Read("time,a\n3,5\n1,6\n", new FrameOptions { Time = "" });

        Assert.Equal(["time", "a"], frame.Channels.Select(channel => channel.Name));
    }

    [Fact]
    public void Series_may_be_interleaved_and_keep_their_own_time()
    {
        Frame frame = Read("room,time,a,area\nx,1,5,20\ny,1,6,30\nx,2,7,\ny,0.5e1,8,30\n", new FrameOptions { Series = "room", Static = ["area"] });

        Assert.Equal(["x", "y"], frame.Series.Select(series => series.Name));
        Assert.Equal([1, 2], frame.Series[0].Times);
        Assert.Equal([1, 5], frame.Series[1].Times);
        Assert.Equal([5, 7], frame.Series[0].Values);
        Assert.Equal([20], frame.Series[0].Static);
        Assert.Equal([30], frame.Series[1].Static);
        Assert.Equal("area", Assert.Single(frame.Statics).Name);
        Assert.Equal("room", frame.Schema.SeriesColumn);
    }

    [Fact]
    public void A_static_text_is_categorical()
    {
        Frame frame = Read("room,a,floor\nx,1,top\nx,2,top\ny,3,low\n", new FrameOptions { Series = "room", Static = ["floor"] });

        Assert.Equal(["low", "top"], frame.Statics[0].Categories);
        Assert.Equal([1.0, 0.0], frame.Series.Select(series => series.Static[0]));
    }

    [Fact]
    public void A_table_has_no_time_and_says_that_it_leaves_dates_out()
    {
        Frame frame = Read(Weather, new FrameOptions { Table = true });

        Assert.True(frame.Schema.IsTable);
        Assert.Equal(TimeAxis.None, frame.Time);
        Assert.Equal(["room.csv: the column 'date' is left out, as rows of a table have no time."], frame.Warnings);
    }

    [Fact]
    public void Options_name_columns_with_or_without_their_unit()
    {
        Frame frame = Read(Weather, new FrameOptions { Known = ["rain [mm]"], Ignore = ["temp"] });

        Assert.Equal(["rain", "windy", "kind"], frame.Channels.Select(channel => channel.Name));
        Assert.Equal([true, false, false], frame.Channels.Select(channel => channel.Known));
    }

    [Fact]
    public void A_kind_can_be_given()
    {
        Frame frame = Read("a,b\n10,0\n9,1\n10,1\n", new FrameOptions { Kinds = new Dictionary<string, ChannelKind> { ["a"] = ChannelKind.Categorical, ["b"] = ChannelKind.Real } });

        Assert.Equal(["9", "10"], frame.Channels[0].Categories);
        Assert.Equal(ChannelKind.Real, frame.Channels[1].Kind);
        Assert.Equal([1, 0, 0, 1, 1, 1], frame.Series[0].Values);
    }

    [Theory]
    [InlineData("a;b\n1;2\n3;4\n")]
    [InlineData("a\tb\n1\t2\n3\t4\n")]
    [InlineData("\uFEFFa,b\r\n1,2\r\n\r\n3,4")]
    [InlineData("\n\na,b\r1,2\r3,4\r")]
    [InlineData("a , b\n 1 ,2\n\"3\",\" 4\"\n")]
    public void Separators_line_ends_quotes_and_blanks_do_not_matter(string text)
    {
        Frame frame = Read(text);

        Assert.Equal(["a", "b"], frame.Channels.Select(channel => channel.Name));
        Assert.Equal([1, 2, 3, 4], frame.Series[0].Values);
    }

    [Fact]
    public void Every_way_to_write_a_hole_is_one()
    {
        Frame frame = Read("a,b\n,1\nNA,2\nnan,3\nn/a,4\nNULL,5\n-,6\n7,7\n8,8\n");

        Assert.Equal(6, frame.Column(0).Count(double.IsNaN));
    }

    [Fact]
    public void Sodium_is_not_a_hole() => Assert.Equal(["Cl", "Na"], Read("a\nNa\nCl\nNA\n").Channels[0].Categories);

    [Fact]
    public void Json_lines_give_the_same_frame_as_csv()
    {
        Frame frame = Read("""
            {"time": "2024-01-01", "a": 1.5, "ok": true}
            {"time": "2024-01-02", "ok": false, "a": 2.5, "late": "x"}

            {"time": "2024-01-03", "a": null, "late": "y"}
            """);

        Assert.Equal(["a", "ok", "late"], frame.Channels.Select(channel => channel.Name));
        Assert.Equal([1.5, 1, double.NaN, 2.5, 0, 0, double.NaN, double.NaN, 1], frame.Series[0].Values);
    }

    [Fact]
    public void Gzip_is_read_by_its_first_bytes()
    {
        string path = Path.GetTempFileName();
        try
        {
            using (var file = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            {
                file.Write(Encoding.UTF8.GetBytes(Weather));
            }

            Assert.Equal(4, Frame.ReadCsv(path).RowCount);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Theory]
    [InlineData(Duplicates.First, "5|x|0")]
    [InlineData(Duplicates.Last, "8|y|1")]
    [InlineData(Duplicates.Mean, "6.5|y|1")]
    public void Duplicate_stamps_follow_the_option(Duplicates policy, string expected)
    {
        Frame frame = Read("time,a,k,b\n1,5,x,0\n1,8,y,1\n2,9,x,0\n3,7,z,1\n", new FrameOptions { Duplicates = policy });

        ReadOnlySpan<double> row = frame.Series[0].Row(0);
        Assert.Equal(expected, FormattableString.Invariant($"{row[0]}|{frame.Channels[1].Categories[(int)row[1]]}|{row[2]}"));
        Assert.Equal([1, 2, 3], frame.Series[0].Times);
    }

    [Fact]
    public void The_mean_of_duplicates_passes_over_holes()
    {
        Frame frame = Read("time,a,b\n1,,1\n1,4,2\n1,6,\n2,9,3\n", new FrameOptions { Duplicates = Duplicates.Mean });

        Assert.Equal([5, 1.5, 9, 3], frame.Series[0].Values);
    }

    [Fact]
    public void A_schema_makes_another_file_read_in_the_same_way()
    {
        FrameSchema schema = Read(Weather).Schema;
        Frame frame = Read("extra,kind,temp,date,rain,windy\n1,hail,3,2020-05-01,-1,YES\n2,sun,4.5,2020-05-02,7,maybe\n", new FrameOptions { Schema = schema });

        Assert.Equal(schema.Channels, frame.Channels);
        Assert.Equal([double.NaN, 3, 1, double.NaN, 7, 4.5, double.NaN, 2], frame.Series[0].Values);
        Assert.Equal(
            [
                "room.csv: 'extra' is not of the model, left out.",
                "room.csv: channel 'rain' has 1 value that the model does not know, taken as holes (the first is '-1' in line 2).",
                "room.csv: channel 'windy' has 1 value that the model does not know, taken as holes (the first is 'maybe' in line 3).",
                "room.csv: channel 'kind' has 1 value that the model does not know, taken as holes (the first is 'hail' in line 2).",
            ],
            frame.Warnings);
    }

    [Fact]
    public void A_channel_of_the_schema_that_is_missing_is_all_holes()
    {
        Frame frame = Read("date,temp,windy,kind\n2020-05-01,3,,\n", new FrameOptions { Schema = Read(Weather).Schema });

        Assert.Equal(["room.csv: 'rain' is missing, taken as all holes."], frame.Warnings);
        Assert.True(double.IsNaN(frame.Series[0].Values[0]));
    }

    [Fact]
    public void A_category_of_numbers_is_known_with_a_decimal_point_too()
    {
        var schema = new FrameSchema([new Channel("a", ChannelKind.Categorical) { Categories = ["1", "2"] }]);

        Assert.Equal([1, 0], Read("a\n2.0\n1\n", new FrameOptions { Schema = schema }).Series[0].Values);
    }

    [Fact]
    public void Parts_are_cut_by_rows_by_time_and_by_share()
    {
        Frame frame = Read("s,time,a\nx,1,1\nx,2,2\nx,3,3\nx,4,4\ny,3,5\ny,9,6\n", new FrameOptions { Series = "s" });

        Assert.Equal([3, 4, 5, 6], frame.SplitAt(3).After.Column(0));
        Frame before = frame.SplitAt(3).Before;
        Assert.Equal([1, 2], before.Column(0));
        Assert.Equal("x", Assert.Single(before.Series).Name);
        Assert.Equal([1, 2, 3, 5, 6], frame.Split(0.25).First.Column(0));
        Assert.Equal([4], frame.Split(0.25).Last.Column(0));
        Assert.Equal([2, 3, 6], frame.Slice(1, 3).Column(0));
    }

    [Fact]
    public void Columns_in_memory_are_described_as_a_file_is()
    {
        Frame frame = Frame.FromColumns([("rain [mm]", [0, 0, 3.5, double.NaN]), ("on", [0, 1, 1, 0])]);

        Assert.Equal([new Channel("rain", ChannelKind.Positive) { Unit = "mm", Resolution = 0.5, Categories = frame.Channels[0].Categories },
            new Channel("on", ChannelKind.Binary) { Categories = frame.Channels[1].Categories }], frame.Channels);
    }

    [Fact]
    public void A_description_says_what_the_channels_are()
    {
        Assert.Equal("""
            room.csv: 4 slices in 1 series from 2012-01-01 to 2012-01-04, median step 86400 s
              rain [mm]: positive, 0 .. 10.9 in steps of 0.1, 25 % holes
              temp [°C]: real, -10.6 .. 12.8 in steps of 0.1, 0 % holes
              windy: binary, no | yes, 25 % holes
              kind: categorical, drizzle | rain | sun, 0 % holes
            """, Read(Weather).Describe());
    }

    [Fact]
    public void Kinds_are_found_by_their_rule()
    {
        double[] atom = [.. Enumerable.Range(0, 100).Select(i => i < 5 ? 0 : 50.0 + (i % 7))];
        double[] skewed = [.. Enumerable.Range(0, 100).Select(i => i * i * i * 1e-3)];
        double[] level = [.. Enumerable.Range(0, 100).Select(i => 20.0 + (i % 9))];

        Assert.Equal(ChannelKind.Positive, NumericKind.Find(atom));
        Assert.Equal(ChannelKind.Positive, NumericKind.Find(skewed));
        Assert.Equal(ChannelKind.Real, NumericKind.Find(level));
        Assert.Equal(ChannelKind.Real, NumericKind.Find([.. atom, -1]));
    }

    private static Frame Read(string text, FrameOptions? options = null) => Frame.ReadCsv(new StringReader(text), "room.csv", options);
}
