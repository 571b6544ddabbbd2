using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;
using static Pallium.Inference.Tests.RoomSchema;

namespace Pallium.Inference.Tests;

public sealed class QuestionTextTests
{
    private const double Infinity = double.PositiveInfinity;

    [Theory]
    [InlineData("co2@+6=1200", 0, 6, 1200, 1200)]
    [InlineData("co2 = 900 ppm", 0, 1, 900, 900)]
    [InlineData("co2==900ppm", 0, 1, 900, 900)]
    [InlineData("temp@+12 in 21..23", 4, 12, 21, 23)]
    [InlineData("temp@+12 in -3 °C..-1°C", 4, 12, -3, -1)]
    [InlineData("wind [m/s] >= 3 m/s", 1, 1, 3, Infinity)]
    [InlineData("wind<3", 1, 1, -Infinity, 2.9)]
    [InlineData("wind<2.95", 1, 1, -Infinity, 2.9)]
    [InlineData("wind>2.95", 1, 1, 3, Infinity)]
    [InlineData("wind > 0", 1, 1, 0.1, Infinity)]
    [InlineData("temp-max@+2<=4", 5, 2, -Infinity, 4)]
    [InlineData("3 <= temp", 4, 1, 3, Infinity)]
    [InlineData("2*temp + 1 > 7", 4, 1, 3.5, Infinity)]
    [InlineData("-temp < 2^2 - sqrt(9)", 4, 1, -0.5, Infinity)]
    [InlineData("\"a=b \"\"c\"\"@\"@+2=1.5", 6, 2, 1.5, 1.5)]
    [InlineData("7=3", 7, 1, 3, 3)]
    [InlineData("7@-2<3", 7, -2, -Infinity, 2)]
    [InlineData("co2@2015-02-10T14:10=500", 0, -1, 500, 500)]
    [InlineData("co2@2015-02-10 14:30:00 = 500", 0, 1, 500, 500)]
    [InlineData("co2@\"2015-02-10 15:20\"=500", 0, 6, 500, 500)]
    [InlineData("co2@+1h=500", 0, 6, 500, 500)]
    [InlineData("co2@-30min in 400..500", 0, -3, 400, 500)]
    public void A_clamp_of_a_number_has_bounds(string text, int channel, int offset, double low, double high)
    {
        Clamp clamp = Assert.Single(Clamps(text));
        Assert.Equal(new CellAddress(channel, offset), clamp.Cell);
        Assert.Equal((low, high), (clamp.Low, clamp.High));
        Assert.Equal(text, clamp.Text);
    }

    [Theory]
    [InlineData("window=open", 2, 1)]
    [InlineData("window=yes", 2, 1)]
    [InlineData("window=0", 2, 0)]
    [InlineData("window!=open", 2, 0)]
    [InlineData("pump>0", 8, 1)]
    [InlineData("pump <= 0.5", 8, 0)]
    [InlineData("pump in 0,1", 8, 0, 1)]
    [InlineData("weather=rain, or snow", 3, 3)]
    [InlineData("weather=\"heavy rain\"", 3, 1)]
    [InlineData("weather in fog,heavy rain", 3, 0, 1)]
    [InlineData("weather in fog, \"rain, or snow\"", 3, 0, 3)]
    [InlineData("weather!=rain", 3, 0, 1, 3)]
    [InlineData("gears=4.0", 9, 1)]
    [InlineData("gears in 3,5", 9, 0, 2)]
    public void A_clamp_of_a_category_has_outcomes(string text, int channel, params int[] outcomes)
    {
        Clamp clamp = Assert.Single(Clamps(text));
        Assert.Equal(new CellAddress(channel, 1), clamp.Cell);
        Assert.Equal(outcomes, clamp.Outcomes.Count > 0 ? clamp.Outcomes : [(int)clamp.Low]);
        Assert.Equal(outcomes.Length == 1, clamp.IsEquality);
    }

    [Fact]
    public void A_range_clamps_each_of_its_slices()
    {
        IReadOnlyList<Clamp> clamps = Clamps("window@+1..+6=open");
        Assert.Equal([1, 2, 3, 4, 5, 6], clamps.Select(clamp => clamp.Cell.Offset));
        Assert.All(clamps, clamp => Assert.Equal(1, clamp.Low));
        Assert.Equal("window@+3=open", clamps[2].Describe(Schema.Channels));
    }

    [Fact]
    public void A_relation_of_cells_is_linear()
    {
        Clamp clamp = Assert.Single(Clamps("co2@+1 - 2*(temp@+3 - 1) + co2@+1/2 <= 4"));
        Assert.Equal([new(new(0, 1), 1.5), new(new(4, 3), -2)], clamp.Terms);
        Assert.Equal((double.NegativeInfinity, 2), (clamp.Low, clamp.High));
        clamp = Assert.Single(Clamps("temp@+1 = temp-max@+2"));
        Assert.Equal([new(new(4, 1), 1), new(new(5, 2), -1)], clamp.Terms);
        Assert.True(clamp.IsEquality);
        Assert.Equal((1, 2), Assert.Single(Clamps("temp-max - temp in 1..2")) is var between ? (between.Low, between.High) : default);
        Assert.Equal([new(new(2, 1), 1), new(new(8, 1), -1)], Assert.Single(Clamps("window = pump")).Terms);
    }

    [Fact]
    public void A_relation_of_ranges_is_one_for_each_slice()
    {
        IReadOnlyList<Clamp> clamps = Clamps("temp@+1..+3 <= temp-max@+2..+4");
        Assert.Equal([(1, 2), (2, 3), (3, 4)], clamps.Select(clamp => (clamp.Terms[0].Cell.Offset, clamp.Terms[1].Cell.Offset)));
        Assert.Equal([5, 5], Clamps("temp@+1..+2 = temp-max@+5").Select(clamp => clamp.Terms[1].Cell.Offset));
        Assert.Equal([1, 2], Clamps("21 <= temp@+1..+2").Select(clamp => clamp.Cell.Offset));
    }

    [Fact]
    public void Clamps_of_one_cell_become_one()
    {
        Clamp clamp = Assert.Single(Clamps("wind>2", "wind<5", "wind in 1..4"));
        Assert.Equal((2.1, 4), (clamp.Low, clamp.High));
        Assert.Equal("wind>2 and wind<5 and wind in 1..4", clamp.Text);
        Assert.Equal([2], Assert.Single(Clamps("weather in fog,rain", "weather!=fog")) is { Low: var outcome } ? [(int)outcome] : []);
    }

    [Theory]
    [InlineData("found 'wnd', which is no channel of the model, expected a channel such as 'wind'.", "wnd=3")]
    [InlineData("found 'wnd', which is no channel", "\"wnd\"=3")]
    [InlineData("found 'wind<0' for channel 'wind', expected a number that is not negative", "wind<0")]
    [InlineData("found 'wind=-1' for channel 'wind', expected a number that is not negative", "wind=-1")]
    [InlineData("expected a number of at most 1e100 in size", "co2=1e101")]
    [InlineData("found 'hail' for channel 'weather', expected one of fog, heavy rain, rain, rain, or snow", "weather=hail")]
    [InlineData("found 'hail' for channel 'weather'", "weather in fog,hail")]
    [InlineData("found 'ajar' for channel 'window', expected one of closed, open", "window=ajar")]
    [InlineData("expected 0 or 1", "pump=2")]
    [InlineData("expected 0 or 1", "pump>1")]
    [InlineData("which asks for an order, expected = or in", "weather<rain")]
    [InlineData("found 'mg', expected the unit ppm", "co2=900 mg")]
    [InlineData("found 'mg', expected no unit", "7=900 mg")]
    [InlineData("whose ends are the wrong way round", "temp in 23..21")]
    [InlineData("expected the end (numbers have a decimal point)", "co2=3,5")]
    [InlineData("expected LOW..HIGH", "co2 in 3")]
    [InlineData("character 8 of 'co2 in temp + 1..5': found 'temp + 1..5', expected a number", "co2 in temp + 1..5")]
    [InlineData("expected ranges of as many slices each", "temp@+1..+3 = temp-max@+1..+2")]
    [InlineData("expected a number, a channel, a function or '('", "co2=")]
    [InlineData("expected =, <, <=, >, >= or in", "co2")]
    [InlineData("expected a linear relation", "co2*temp=3")]
    [InlineData("whose cells cancel out, expected a relation of cells", "temp-temp*1=3")]
    [InlineData("expected a channel in °C, as 'temp' is ('wind' is in m/s)", "temp@+1=wind@+2")]
    [InlineData("expected a closing quote", "\"a=1")]
    [InlineData("expected a length of time in s, min, h, d or w", "co2@+6y=1")]
    [InlineData("expected a whole number of slices", "co2@+1.5=1")]
    [InlineData("expected slices from the last one such as +3", "co2@3=1")]
    [InlineData("expected at most 100,000 slices", "co2@+100001=1")]
    [InlineData("expected one slice", "temp@+1..+2 - co2 = 1")]
    [InlineData("which cannot both hold", "wind<2", "wind>4")]
    [InlineData("Found 'window@+3=open' and 'window@+3=closed'", "window@+1..+6=open", "window@+3=closed")]
    [InlineData("Cell 'co2@+1' is given twice", "co2=3", "co2@+1=3")]
    [InlineData("expected a slice of the data: the first that is kept is 2015-02-10 06:00:00, 50 slices before the last one", "co2@-51=3")]
    public void What_cannot_be_given_is_refused_in_a_sentence(string words, params string[] texts) =>
        Assert.Contains(words, Refusal(() => Clamps(texts)), StringComparison.Ordinal);


    [Fact]
    public void A_contradiction_is_one()
    {
        var contradiction = Assert.Throws<ContradictionException>(() => Clamps("co2=3", "co2@+10min in 4..5"));
        Assert.Equal("co2@+10min in 4..5", contradiction.Clamp!.Text);
        Assert.Equal(double.NegativeInfinity, contradiction.LogEvidence);
    }

    [Theory]
    [InlineData("co2", 0, 1, 1)]
    [InlineData("co2@0", 0, 0, 0)]
    [InlineData("wind [m/s]@+1..+6", 1, 1, 6)]
    [InlineData("co2@-40..-20", 0, -40, -20)]
    [InlineData("co2@-35min..+25min", 0, -3, 2)]
    [InlineData("co2@2015-02-10T14:00..2015-02-10 15:00", 0, -2, 4)]
    public void Cells_of_a_range_are_asked_for(string text, int channel, int first, int last) =>
        Assert.Equal(Enumerable.Range(first, last - first + 1).Select(offset => new CellAddress(channel, offset)), Asked(text));

    [Theory]
    [InlineData("b=1", "found 'b', which is no channel")]
    [InlineData("co2=1", "found '=1', expected an address such as @+3, or the end")]
    [InlineData("co2@-1..-3", "the earlier end first")]
    [InlineData("co2@+3min..+7min", "a range of at least one slice")]
    [InlineData("co2@-50000..+60000", "a slice of the data")]
    [InlineData("co2@0..+100000", "at most 100,000 slices")]
    [InlineData("", "expected the name of a channel")]
    [InlineData("co2@", "expected slices from the last one")]
    public void What_cannot_be_asked_for_is_refused(string text, string words) => Assert.Contains(words, Refusal(() => Asked(text)), StringComparison.Ordinal);

    [Fact]
    public void What_is_given_cannot_be_asked_for_but_a_bounded_cell_and_one_within_a_range_can()
    {
        Assert.Equal(6, Ask("co2@+6=1200", "co2@+1..+6").Asked.Count);
        Assert.Equal("Cell 'co2@+1' is both given and asked for; expected one of the two.", Refusal(() => Ask("co2=3", "co2")));
        Assert.Single(Ask("co2>3", "co2").Asked);
    }

    [Fact]
    public void Static_columns_are_given_beside_cells()
    {
        var question = new QuestionText(Schema with
        {
            Statics = [new Channel("area", ChannelKind.Real) { Unit = "m2" }, new Channel("side", ChannelKind.Categorical) { Categories = ["north", "south"] }],
        });
        question.Given("area [m2] = 30.5");
        question.Given("\"side\"=\"south\"");
        question.Given("co2=400");
        Assert.Equal([30.5, 1], question.Statics);
        Assert.Single(question.Resolve(Times).Clamps);
        Assert.Contains("found 'west' for channel 'side', expected one of north, south", Refusal(() => question.Given("side=west")), StringComparison.Ordinal);
        Assert.Contains("static column 'area', expected a number", Refusal(() => question.Given("area=large")), StringComparison.Ordinal);
        Assert.Contains("found 'junk', expected the end", Refusal(() => question.Given("side=\"south\" junk")), StringComparison.Ordinal);
    }

    [Fact]
    public void The_reach_of_a_question_says_what_to_keep()
    {
        var question = new QuestionText(Schema);
        Assert.False(question.Reach.Keeps(0, Last, Last));
        question.Infer("co2@+3");
        Assert.False(question.Reach.Keeps(0, Last, Last));
        question.Infer("co2@-3");
        Assert.Equal(4, question.Reach.Slices);
        question.Event("co2@-1h > 3");
        Assert.True(question.Reach.Keeps(6, Last - 3600, Last));
        Assert.False(question.Reach.Keeps(10, Last - 6000, Last));
        question.Given("co2@2015-02-10T12:00=3");
        Assert.True(question.Reach.Keeps(14, Last - 8400, Last));
        Assert.False(question.Reach.Keeps(SliceTimes.MostSlices, Last, Last));
    }

    [Fact]
    public void A_described_clamp_reads_back()
    {
        Gen<Clamp> clamps =
            from channel in Gen.Choose(0, Schema.Channels.Count - 1)
            from other in Gen.Choose(0, Schema.Channels.Count - 1)
            from offset in Gen.Choose(-50, 200)
            from form in Gen.Choose(0, 4)
            from low in Gen.Choose(0, 1_000_000)
            from width in Gen.Choose(1, 1000)
            from coefficient in Gen.Choose(-20, 20)
            select Made(channel, other, offset, form, low, width, coefficient / 7.0);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(2000).WithReplay(5, 7), Prop.ForAll(clamps.ToArbitrary(), clamp =>
        {
            string text = clamp.Describe(Schema.Channels);
            Clamp read = Assert.Single(Clamps(text));
            Assert.Equal(clamp.Terms, read.Terms);
            Assert.Equal((clamp.Low, clamp.High), (read.Low, read.High));
            Assert.Equal(clamp.Outcomes, read.Outcomes);
            Assert.Equal(text, read.Text);
        }));
    }

    [Fact]
    public void The_examples_of_the_page_are_read()
    {
        const int MeaningColumn = 38;
        string kind = "";
        int read = 0;
        FrameSchema schema = Schema with
        {
            Channels = [.. Schema.Channels.Select(channel => channel.Name == "weather" ? channel with { Categories = ["fog", "heavy rain", "rain"] } : channel)],
        };
        foreach (string line in File.ReadLines(Path.Combine(Repository.Root, "docs", "questions.md")))
        {
            kind = line.StartsWith("```", StringComparison.Ordinal) ? line[3..] : kind;
            if (kind.Length == 0 || line.StartsWith("```", StringComparison.Ordinal))
            {
                continue;
            }

            var question = new QuestionText(schema);
            Action<string, string> add = kind switch { "cells" => question.Infer, "clamps" => question.Given, _ => question.Event };
            add(line[..Math.Min(MeaningColumn, line.Length)], "Example");
            question.Resolve(Times);
            read++;
        }

        Assert.Equal(23, read);
    }

    [Fact]
    public void Hostile_texts_give_errors_only()
    {
        string[] pieces =
        [
            "co2", "wind", "window", "weather", "temp", "temp-max", "\"a=b \"\"c\"\"@\"", "7", "gears", "@", "+", "-", "..", "6", "+6h", "2015-02-10T14:20", "=", "<", ">=",
            "!=", " in ", ",", "\"", "(", ")", "*", "/", "^", "abs(", "min(", "max", " and ", " or ", "not ", "!", "rain", "open", "1e308", "1e-320", ".", "e", "0", "\n", "\0",
            "ppm", "\ud800", "é", "((((((((((((((((((((((((((((((((((((((((", "----------------------------------------", "2015-02-10 14:2", "100000", "+99999",
        ];
        var root = new Rng(7);
        int cases = LongForm.IsWanted ? 1_000_000 : 20_000;
        int read = 0;
        for (int i = 0; i < cases; i++)
        {
            Rng rng = root.For(i);
            string text = string.Concat(Enumerable.Range(0, 1 + rng.Below(9)).Select(_ => pieces[rng.Below(pieces.Length)]));
            try
            {
                var question = new QuestionText(Schema);
                switch (i % 3)
                {
                    case 0:
                        question.Given(text);
                        break;
                    case 1:
                        question.Infer(text);
                        break;
                    default:
                        question.Event(text);
                        break;
                }

                foreach (CellFunction happening in question.Resolve(Times).Events)
                {
                    happening.Evaluate(new double[happening.Cells.Count]);
                }

                read++;
            }
            catch (InputException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            }
            catch (Exception e)
            {
                Assert.Fail($"Case {i}, {text}: {e}");
            }
        }

        Assert.InRange(read, cases / 100, cases);
    }

    [Fact]
    public void Long_texts_are_refused()
    {
        Assert.Contains("found a text of 100000 characters", Refusal(() => Clamps(new string('(', 100_000))), StringComparison.Ordinal);
        Assert.Contains("within one another", Refusal(() => Clamps(new string('(', 3_000))), StringComparison.Ordinal);
    }

    private static Question Ask(string given, string asked)
    {
        var question = new QuestionText(Schema);
        question.Given(given);
        question.Infer(asked);
        return question.Resolve(Times);
    }

    private static Clamp Made(int c, int other, int offset, int form, int low, int width, double coefficient)
    {
        Channel channel = Schema.Channels[c];
        var cell = new CellAddress(c, offset);
        if (!channel.IsNumeric)
        {
            int outcomes = channel.Categories.Count > 0 ? channel.Categories.Count : 2;
            return form < 3 ? Clamp.Equal(cell, low % outcomes) : Clamp.OneOf(cell, [low % outcomes, (low + 1) % outcomes]);
        }

        double from = channel.Round(low * channel.Resolution);
        double to = channel.Round((low + width) * channel.Resolution);
        return form switch
        {
            0 => Clamp.Equal(cell, from),
            1 => Clamp.Between(cell, from, to),
            2 => Clamp.Between(cell, from, Infinity),
            3 => Clamp.Between(cell, -Infinity, to),
            _ => Clamp.Linear([new(cell, 0.1), new(new(Schema.Channels[other].IsNumeric ? other : 8, offset + 1), coefficient == 0 ? -1e-7 : coefficient)], -low / 3.0, width % 2 == 0 ? Infinity : to),
        };
    }
}
