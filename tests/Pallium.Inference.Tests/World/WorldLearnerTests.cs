using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class WorldLearnerTests
{
    [Fact]
    public void The_network_learns_what_no_line_can_tell()
    {
        // The size of one channel is the other, which is as likely above as below zero: they are not correlated.
        var rng = new Rng(8);
        double[] values = [.. Enumerable.Range(0, 1500).SelectMany(_ =>
        {
            double x = Math.Round(rng.Normal(), 2);
            return new[] { x, Math.Round(Math.Abs(x) + (0.1 * rng.Normal()), 2) };
        })];
        Channel[] channels = [new("x", ChannelKind.Real) { Resolution = 0.01 }, new("size", ChannelKind.Real) { Resolution = 0.01 }];
        WorldModel model = WorldModel.Learn(Frame.FromArrays(channels, values), Simulated.Quick with { Hidden = 32, Epochs = 150, Rate = 1e-2 });
        ChannelContribution size = model.Summary.Contributions[1];
        Assert.True(size.Loss < size.BaseLoss - 0.2, $"{size}");
        Assert.True(size.NetworkShare > 0.5, $"{size}");
        Assert.InRange(model.Given("x", 1.5).Infer("size").Mean, 1.2, 1.8);
        Assert.InRange(model.Given("x", -1.5).Infer("size").Mean, 1.2, 1.8);

        // Known in size alone, x is on either side.
        Posterior x = model.Given("size", 1.5).Infer("x");
        Assert.InRange(x.Quantile(0.1), -2, -1);
        Assert.InRange(x.Quantile(0.9), 1, 2);
    }

    [Fact]
    public void Static_columns_count_in_a_question_without_history()
    {
        // Two kinds of series on levels of their own, over days.
        var rng = new Rng(9);
        Channel[] statics = [new("kind", ChannelKind.Categorical) { Categories = ["low", "high"] }];
        Series[] series =
        [
            .. Enumerable.Range(0, 8).Select(s => new Series(
                $"s{s}", [.. Enumerable.Range(0, 80).Select(t => 1.4e9 + (3600.0 * t))],
                [.. Enumerable.Range(0, 80).Select(_ => Math.Round((s % 2 * 10) + rng.Normal(), 2))], [s % 2])),
        ];
        var schema = new FrameSchema([new Channel("level", ChannelKind.Real) { Resolution = 0.01 }])
        {
            Statics = statics,
            SeriesColumn = "series",
            Time = new TimeAxis(TimeKind.Date) { Column = "time", Step = 3600 },
        };
        WorldModel model = WorldModel.Learn(new Frame(schema, series), Simulated.BaseOnly);
        Assert.NotEmpty(model.Summary.ClockPeriods);
        Assert.InRange(model.Begin([0]).Infer("level").Mean, -3, 3);
        Assert.InRange(model.Begin([1]).Infer("level").Mean, 7, 13);
        Assert.InRange(model.Infer("level").StandardDeviation, 0.5, 10);
    }

    [Fact]
    public void Progress_is_told_from_beginning_to_end()
    {
        var told = new List<LearnProgress>();
        WorldModel.Learn(Simulated.Walk(100, 1), Simulated.Quick, new Listener(told.Add));
        Assert.Equal("fitting the base", told[0].Phase);
        Assert.Equal("done", told[^1].Phase);
        Assert.Equal(told.Select(progress => progress.Share).Order(), told.Select(progress => progress.Share));
        Assert.Contains(told, progress => progress.Phase == "learning" && double.IsFinite(progress.Loss));
    }

    private sealed class Listener(Action<LearnProgress> listen) : IProgress<LearnProgress>
    {
        public void Report(LearnProgress value) => listen(value);
    }

    [Fact]
    public void The_base_alone_is_measured_as_it_is_under_a_network()
    {
        ModelSummary alone = Simulated.Loaded(Simulated.Bytes(WorldModel.Learn(Simulated.Mixed(500, 1), Simulated.BaseOnly))).Summary;
        ModelSummary under = Simulated.MixedModel.Summary;
        Assert.Equal(under.Contributions.Select(part => part.Channel.Name), alone.Contributions.Select(part => part.Channel.Name));
        Assert.All(under.Contributions.Zip(alone.Contributions), pair => Assert.Equal(pair.First.BaseLoss, pair.Second.BaseLoss, 1e-9));
        Assert.All(alone.Contributions, part => Assert.Equal((part.BaseLoss, 0), (part.Loss, part.NetworkShare)));

        // A network that begins as the base is evaluated in single precision.
        Assert.Equal(under.Runs[0].BaseLoss, alone.Runs[0].BaseLoss, 1e-3);
    }
}
