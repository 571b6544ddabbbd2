using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class WorldModelTests
{
    [Fact]
    public void A_curriculum_mixes_sources_stage_by_stage()
    {
        var sources = new Dictionary<string, Frame> { ["a"] = Simulated.Mixed(200, 1), ["b"] = Simulated.Mixed(200, 2) };
        LearnOptions options = Simulated.Quick with { Epochs = 12 };
        WorldModel Staged(int threads, params Learning.CurriculumStage[] stages) => WorldModel.Learn(new Learning.Curriculum(stages), sources, options with { Threads = threads });
        Learning.CurriculumStage first = new("first", [("a", 1)]) { Steps = 4 };
        Learning.CurriculumStage both = new("both", [("a", 1), ("b", 3)]);
        WorldModel model = Staged(1, first, both);
        Assert.Equal(Simulated.Bytes(model), Simulated.Bytes(Staged(2, first, both)));
        Assert.Equal(["Stage 'first' ended after 4 updates: as long as it was to be."], model.Summary.Runs[0].Stages);
        Assert.Equal(2, model.Memories.Count);
        Assert.Equal(model.Summary.Runs[0].Stages, Simulated.Loaded(Simulated.Bytes(model)).Summary.Runs[0].Stages);
        WorldModel other = Staged(1, first with { Steps = 5 }, both);
        Assert.NotEqual(Simulated.Bytes(model), Simulated.Bytes(other));
        Assert.Throws<ArgumentException>(() => Staged(1, new Learning.CurriculumStage("1", [("c", 1)])));
    }

    [Fact]
    public void A_curriculum_of_different_channels_or_without_a_network_is_refused()
    {
        var curriculum = new Learning.Curriculum([new("1", [("a", 1), ("b", 1)])]);
        Assert.Contains("found 3 channels", Assert.Throws<InputException>(() => WorldModel.Learn(
            curriculum, new Dictionary<string, Frame> { ["a"] = Simulated.Mixed(60, 1), ["b"] = Simulated.Walk(60, 1) }, Simulated.Quick)).Message, StringComparison.Ordinal);
        Assert.Contains("Option curriculum", Assert.Throws<InputException>(() => WorldModel.Learn(
            curriculum, new Dictionary<string, Frame> { ["a"] = Simulated.Mixed(60, 1), ["b"] = Simulated.Mixed(60, 2) }, Simulated.Quick with { Stack = "none" })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Saving_and_loading_changes_no_bit_of_any_answer()
    {
        WorldModel model = Simulated.MixedModel;
        byte[] bytes = Simulated.Bytes(model);
        WorldModel loaded = Simulated.Loaded(bytes);
        Assert.Equal(bytes, Simulated.Bytes(loaded));
        Frame test = Simulated.Mixed(20, 7);
        Assert.Equal(Simulated.Answers(model, test, 12), Simulated.Answers(loaded, test, 12));
    }

    [Fact]
    public void Learning_never_makes_a_channel_worse_than_the_base()
    {
        foreach (ChannelContribution contribution in Simulated.MixedModel.Summary.Contributions)
        {
            Assert.True(contribution.Loss <= contribution.BaseLoss, $"{contribution}");
            Assert.InRange(contribution.NetworkShare, 0, 1);
        }
    }

    [Fact]
    public void A_table_knows_no_past_even_when_a_session_has_seen_rows()
    {
        Frame mixed = Simulated.Mixed(300, 3);
        var table = new Frame(mixed.Schema with { IsTable = true, Time = TimeAxis.None }, mixed.Series);
        WorldModel model = WorldModel.Learn(table, Simulated.Quick with { Stack = "liquid(8)" });
        Session session = model.Begin();
        double[] before = Simulated.Numbers(session.Given("weather", "wet").Infer("rain"));
        foreach (Slice slice in Simulated.Slices(table).Take(5))
        {
            session.Observe(slice);
        }

        Assert.Equal(before, Simulated.Numbers(session.Given("weather", "wet").Infer("rain")));
        Assert.Equal(before, Simulated.Numbers(model.Given("weather", "wet").Infer("rain")));
        Assert.True(model.Given("weather", "wet").Infer("rain").Cdf(0) < model.Given("weather", "dry").Infer("rain").Cdf(0));
        Assert.All(session.Forecast(3, new ForecastOptions { Paths = 8 }).Paths.SelectMany(path => path), value => Assert.True(double.IsFinite(value)));
    }

    [Fact]
    public void A_question_without_history_is_asked_at_an_unknown_time_of_day()
    {
        // Temperature swings by ±5 over the day around 10; at midnight, where times begin, it is 10 as well, but lamps are about to be lit.
        WorldModel model = WorldModel.Learn(Simulated.Mixed(1000, 5), Simulated.BaseOnly);
        Posterior lamp = model.Infer("lamp");
        Assert.InRange(lamp.Mean, 0.35, 0.55);
        Posterior temperature = model.Infer("temperature");
        Assert.InRange(temperature.Mean, 9, 11);
        Assert.InRange(temperature.StandardDeviation, 4, 6);

        // At a known time the swing is known, too.
        Posterior now = model.Begin().Next(1.4e9)[0];
        Assert.InRange(now.StandardDeviation, 2, 4);
    }

    [Theory]
    [InlineData("gru(8)", 1)]
    [InlineData("none", 4)]
    public void Odd_data_give_finite_answers(string stack, ulong seed)
    {
        var faults = new List<string>();
        foreach ((string name, Frame frame) in Odd(seed))
        {
            try
            {
                Use(frame, Simulated.Quick with { Stack = stack, Epochs = 1 });
            }
            catch (Exception fault)
            {
                faults.Add($"{name}: {fault}");
            }
        }

        Assert.True(faults.Count == 0, string.Join("\n", faults));
    }

    private static void Use(Frame frame, LearnOptions options)
    {
        WorldModel model = WorldModel.Learn(frame, options);
        model = Simulated.Loaded(Simulated.Bytes(model));
        Session session = model.After(frame);
        foreach (double[] path in session.Forecast(3, new ForecastOptions { Paths = 4 }).Paths)
        {
            Assert.All(path, value => Assert.True(double.IsFinite(value)));
        }

        foreach (Posterior posterior in session.Next().Concat(model.Begin(frame.Series[0].Static).Next()))
        {
            Assert.True(double.IsFinite(posterior.Mean) && double.IsFinite(posterior.Quantile(0.1)), posterior.Channel.Name);
            Assert.All(posterior.Outcomes, outcome => Assert.InRange(outcome.Probability, 0, 1));
        }

        var part = new Frame(frame.Schema, [frame.Series[0].Part(0, Math.Min(frame.Series[0].Length, 30))]);
        Assert.All(model.Surprise(part), surprise => Assert.True(double.IsFinite(surprise.Total)));
        Assert.DoesNotContain(double.NaN, model.Fill(part).Series[0].Values);
    }

    [Fact]
    public void Rates_beyond_reason_leave_a_model_that_answers()
    {
        WorldModel model = WorldModel.Learn(Simulated.Mixed(200, 9), Simulated.Quick with { Rate = 1, Epochs = 30 });
        Assert.All(model.Begin().Next(), posterior => Assert.True(double.IsFinite(posterior.Mean)));
        Assert.All(model.Summary.Contributions, contribution => Assert.True(contribution.Loss <= contribution.BaseLoss));
    }

    [Fact]
    public void A_cancelled_run_gives_a_model_and_says_so()
    {
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        WorldModel model = WorldModel.Learn(Simulated.Walk(200, 1), Simulated.Quick, null, cancel.Token);
        Assert.True(model.Summary.Runs[0].Cancelled);
        Assert.True(double.IsFinite(model.Infer("a").Mean));
    }

    [Fact]
    public void Holes_are_filled_and_nothing_else_changes()
    {
        Frame full = Simulated.Walk(300, 77);
        double[] values = [.. full.Series[0].Values];
        for (int i = 7; i < values.Length; i += 11)
        {
            values[i] = double.NaN;
        }

        Frame filled = Simulated.WalkModel.Fill(new Frame(full.Schema, [new Series("", full.Series[0].Times, values)]));
        double error = 0;
        double spread = 0;
        for (int i = 0; i < values.Length; i++)
        {
            double fill = filled.Series[0].Values[i];
            if (!double.IsNaN(values[i]))
            {
                Assert.Equal(values[i], fill);
                continue;
            }

            error += Math.Pow(fill - full.Series[0].Values[i], 2);
            spread += Math.Pow(full.Series[0].Values[i], 2);
            Assert.Equal(Math.Round(fill, 3), fill);
        }

        Assert.InRange(error / spread, 0, 0.5);
    }

    [Fact]
    public void Frames_of_other_columns_or_impossible_values_are_refused_in_a_sentence()
    {
        WorldModel model = Simulated.MixedModel;
        Frame good = Simulated.Mixed(20, 1);
        void Refused(Frame frame, string part)
        {
            InputException fault = Assert.Throws<InputException>(() => model.After(frame));
            Assert.Contains(part, fault.Message, StringComparison.Ordinal);
            Assert.EndsWith(".", fault.Message, StringComparison.Ordinal);
        }

        Frame With(int cell, double value)
        {
            double[] values = [.. good.Series[0].Values];
            values[cell] = value;
            return new Frame(good.Schema, [new Series("", good.Series[0].Times, values)]);
        }

        Refused(Simulated.Walk(20, 1), "found 3 channels");
        Refused(With(1, -1), "'rain': found -1");
        Refused(With(2, 0.5), "'lamp': found 0.5");
        Refused(With(3, 3), "'weather': found 3");
        Channel[] swapped = [.. good.Channels];
        swapped[3] = swapped[3] with { Categories = ["wet", "mild", "dry"] };
        Refused(new Frame(good.Schema with { Channels = swapped }, good.Series), "found categories wet, mild, dry");
        Refused(new Frame(good.Schema, []), "found no slices");
        Assert.Throws<InputException>(() => model.Begin([1]));
    }

    private static IEnumerable<(string Name, Frame Frame)> Odd(ulong seed)
    {
        Frame mixed = Simulated.Mixed(120, seed);
        yield return ("irregular", Simulated.Mixed(120, seed, irregular: true));
        yield return ("half holes", Simulated.Mixed(120, seed, holes: 0.5));
        yield return ("20 slices", Simulated.Mixed(20, seed, holes: 0));
        yield return ("a channel that ends in the middle", Changed(mixed, (t, c, x) => c == 0 && t > 60 ? double.NaN : x));
        yield return ("a channel that begins late", Changed(mixed, (t, c, x) => c == 1 && t < 90 ? double.NaN : x));
        yield return ("slices of holes", Changed(mixed, (t, c, x) => t % 5 == 0 ? double.NaN : x));
        yield return ("a long gap", Changed(mixed, (t, c, x) => t is > 40 and < 80 ? double.NaN : x));
        yield return ("constant where it is learned from", Changed(mixed, (t, c, x) => c == 0 && t < 110 ? 5 : x));
        yield return ("a category not met where it is learned from", Changed(mixed, (t, c, x) => c == 3 && t < 110 && x == 2 ? 1 : x));
        yield return ("one category only", Changed(mixed, (t, c, x) => c == 3 && !double.IsNaN(x) ? 0 : x));
        yield return ("never above zero", Changed(mixed, (t, c, x) => c == 1 && t < 110 ? 0 : x));
        yield return ("always above zero", Changed(mixed, (t, c, x) => c == 1 ? Math.Max(x, 0.3) : x));
        yield return ("an outlier", Changed(mixed, (t, c, x) => c == 0 && t == 50 ? 1e9 : x));
        yield return ("the same channel twice", Twice(mixed));
        yield return ("numbers alone", Only(mixed, 0));
        yield return ("yes and no alone", Only(mixed, 2));
        yield return ("categories alone", Only(mixed, 3));
        yield return ("many short series", Cut(mixed, 6));
        yield return ("short and long series", Cut(mixed, 50));
    }

    private static Frame Changed(Frame frame, Func<int, int, double, double> change)
    {
        int channels = frame.Channels.Count;
        double[] values = [.. frame.Series[0].Values.Select((x, i) => change(i / channels, i % channels, x))];
        return new Frame(frame.Schema, [new Series("", frame.Series[0].Times, values)]);
    }

    private static Frame Only(Frame frame, int channel) => new(
        frame.Schema with { Channels = [frame.Channels[channel]] }, [new Series("", frame.Series[0].Times, frame.Column(channel))]);

    private static Frame Twice(Frame frame)
    {
        Channel[] channels = [frame.Channels[0], frame.Channels[0] with { Name = "again" }];
        double[] values = [.. Enumerable.Range(0, frame.RowCount).SelectMany(t => new[] { frame.Series[0].Row(t)[0], frame.Series[0].Row(t)[0] })];
        return new Frame(frame.Schema with { Channels = channels }, [new Series("", frame.Series[0].Times, values)]);
    }

    /// <summary>Series of at most so many slices, with a number and a category that belong to each.</summary>
    private static Frame Cut(Frame frame, int length)
    {
        Channel[] statics = [new("size", ChannelKind.Real), new("kind", ChannelKind.Categorical) { Categories = ["x", "y"] }];
        Series whole = frame.Series[0];
        Series[] series =
        [
            .. Enumerable.Range(0, (whole.Length + length - 1) / length).Select(s => whole.Part(s * length, Math.Min(whole.Length, (s + 1) * length)))
                .Select((part, s) => new Series($"s{s}", part.Times, part.Values, [s % 3 == 0 ? double.NaN : s, s % 2])),
        ];
        return new Frame(frame.Schema with { Statics = statics, SeriesColumn = "series" }, series);
    }
}
