using FsCheck;
using FsCheck.Fluent;

namespace Pallium.Inference.Tests;

public sealed class SliceWriterTests
{
    [Fact]
    public void What_is_written_reads_back_the_same_whatever_names_and_texts_hold()
    {
        Gen<string> text = Gen.Elements('a', 'B', ' ', ',', ';', '\t', '\n', '\r', '"', '\'', 'é').ArrayOf()
            .Select(letters => $"n{new string(letters)}z");
        Gen<double> number = Gen.Choose(-1_000_000, 1_000_000).Select(k => k / 1000.0);
        Gen<(string[] Names, string[] Texts, double[] Values)> tables =
            from names in text.ArrayOf(2).Where(names => names[0] != names[1])
            from texts in text.ArrayOf(3).Where(texts => texts.Distinct().Count() == 3)
            from values in number.ArrayOf(6)
            select (names, texts, values);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(3, 5), Prop.ForAll(tables.ToArbitrary(), table =>
        {
            var schema = new FrameSchema(
            [
                new Channel(table.Names[0], ChannelKind.Real) { Unit = "m/s", Resolution = 0.001 },
                new Channel(table.Names[1], ChannelKind.Categorical) { Categories = table.Texts },
            ])
            { Time = new TimeAxis(TimeKind.Number) { Column = "time" } };
            using var written = new StringWriter();
            using var writer = new SliceWriter(written, schema);
            for (int i = 0; i < table.Values.Length; i++)
            {
                writer.Write(new Slice(i * 0.1, [table.Values[i], i % 4 == 3 ? double.NaN : i % 4]));
            }

            Frame frame = Frame.ReadCsv(new StringReader(written.ToString()), "back", new FrameOptions { Schema = schema });
            Assert.Empty(frame.Warnings);
            Assert.Equal(table.Values, frame.Column(0));
            Assert.Equal([0, 1, 2, double.NaN, 0, 1], frame.Column(1));
            Assert.Equal(Enumerable.Range(0, 6).Select(i => i * 0.1), frame.Series[0].Times);
        }));
    }

    [Fact]
    public void A_filled_copy_keeps_every_text_but_the_holes()
    {
        const string Original = "note;date;b [x];kind\n\" a;\"\"b\"\"\";2024-01-01;1.50;rain\n;2024-01-02;NA;\n;2024-01-03;2.5e0;hail\n";
        FrameSchema schema = new(
        [
            new Channel("kind", ChannelKind.Categorical) { Categories = ["rain", "sun"] },
            new Channel("b", ChannelKind.Positive) { Resolution = 0.1 },
            new Channel("late", ChannelKind.Binary) { Categories = ["no", "yes"] },
        ])
        { Time = new TimeAxis(TimeKind.Date) { Column = "date" } };

        Assert.Equal("note;date;b [x];kind;late\n"
            + "\"a;\"\"b\"\"\";2024-01-01;1.50;rain;yes\n"
            + ";2024-01-02;0.3;sun;yes\n"
            + ";2024-01-03;2.5e0;sun;yes\n", Fill(Original, schema, [1, 0.3 + 1e-9, 1]));
    }

    [Fact]
    public void Merged_rows_are_written_as_one()
    {
        FrameSchema schema = new([new Channel("a", ChannelKind.Real) { Resolution = 0.5 }]) { Time = new TimeAxis(TimeKind.Number) { Column = "time" } };

        Assert.Equal("time,a,x\n1,2.5,first\n2,7,z\n", Fill("time,a,x\n1,2,first\n1,3,second\n2,,z\n", schema, [7.1], new FrameOptions { Duplicates = Duplicates.Mean }));
    }

    [Fact]
    public void From_json_lines_the_columns_of_the_schema_are_written()
    {
        FrameSchema schema = new([new Channel("a", ChannelKind.Real) { Unit = "m", Resolution = 0.5 }])
        {
            Time = new TimeAxis(TimeKind.Date) { Column = "date", Step = 3600 },
            SeriesColumn = "room",
            Statics = [new Channel("area", ChannelKind.Real)],
        };

        Assert.Equal("room,date,area,a [m]\nx,2024-01-01 00:00:00,20,1.5\n",
            Fill("{\"a\": null, \"date\": \"2024-01-01\", \"room\": \"x\", \"area\": 20}\n", schema, [1.6]));
    }

    [Fact]
    public void A_hole_in_the_only_column_is_no_blank_line()
    {
        FrameSchema schema = new([new Channel("a", ChannelKind.Real)]);

        Assert.Equal("a\n1\n\"\"\n", Fill("a\n1\nNA\n", schema, [double.NaN]));
    }

    [Theory]
    [InlineData(0.1, 0.30000000000000004, "0.3")]
    [InlineData(0.25, 1.3, "1.25")]
    [InlineData(0.002, 0.0070001, "0.008")]
    [InlineData(5, 12, "10")]
    [InlineData(1e-6, 123.4567891, "123.456789")]
    [InlineData(0.3, 1, "0.8999999999999999")]
    public void Numbers_are_rounded_to_the_resolution(double resolution, double value, string text) =>
        Assert.Equal(text, new Channel("a", ChannelKind.Real) { Resolution = resolution }.Format(value));

    [Fact]
    public void A_positive_channel_is_never_written_below_zero() =>
        Assert.Equal("0", new Channel("a", ChannelKind.Positive).Format(-3));

    private static string Fill(string original, FrameSchema schema, double[] values, FrameOptions? options = null)
    {
        using var reader = new SliceReader(new StringReader(original), "holes.csv", schema, options);
        using var written = new StringWriter();
        using var writer = new SliceWriter(written, reader);
        while (reader.TryRead(out Slice? slice))
        {
            writer.Write(slice, values);
        }

        return written.ToString();
    }
}
