namespace Pallium.Inference.Tests;

public sealed class MaskedEvaluationTests
{
    private static readonly MaskOptions Few = new() { Masks = 30, Slices = 40, Threads = 1 };

    [Fact]
    public void A_model_that_is_exact_is_as_good_as_regressions_fitted_to_each_set_and_covers_what_it_says()
    {
        (Frame training, Frame test) = Simulated.Walk(1500, 1).Split(0.3);
        WorldModel model = WorldModel.Learn(training, Simulated.BaseOnly);
        MaskedEvaluation result = MaskedEvaluation.Run(model, test, training, new MaskOptions { Masks = 60, Slices = 300, After = training, Threads = 1 });
        Assert.Equal(7, result.Sets.Count);
        Assert.Equal(60, result.Draws);
        Assert.Equal(300, result.Slices);
        Assert.InRange(result.Coverage, 0.86, 0.94);
        Assert.All(result.Sets, set =>
        {
            Assert.InRange(set.Model.Error / set.Ridge.Error, 0.9, 1.03);
            Assert.True(set.Ridge.Error < set.Neighbours.Error, $"{set}");
            Assert.InRange(set.Ridge.Coverage, 0.84, 0.96);
            Assert.True(set.Model.LogLoss < set.Neighbours.LogLoss, $"{set}");
        });

        // The more is given, the better.
        double Mean(int size) => result.Sets.Where(set => set.Given.Count == size).Average(set => set.Model.Error);
        Assert.True(Mean(1) < result.Sets.Single(set => set.Given.Count == 0).Model.Error);
    }

    [Fact]
    public void All_kinds_of_channels_are_scored_and_threads_change_nothing()
    {
        (Frame before, Frame test) = Simulated.Mixed(400, 9).Split(0.5);
        MaskedEvaluation one = MaskedEvaluation.Run(Simulated.MixedModel, test, before, Few with { After = before });
        MaskedEvaluation two = MaskedEvaluation.Run(Simulated.MixedModel, test, before, Few with { After = before, Threads = 3 });
        Assert.Equal(one.Sets.Select(set => (set.Times, set.Model, set.Ridge, set.Neighbours)), two.Sets.Select(set => (set.Times, set.Model, set.Ridge, set.Neighbours)));
        Assert.All(one.Sets, set => Assert.True(double.IsFinite(set.Model.Error + set.Model.LogLoss + set.Ridge.LogLoss + set.Neighbours.LogLoss), $"{set}"));

        // Without numbers to ask for there is no coverage.
        Assert.All(one.Sets, set => Assert.Equal(set.Model.CoverageCells == 0, double.IsNaN(set.Model.Coverage)));
        Assert.InRange(one.Coverage, 0.7, 1);
    }

    [Fact]
    public void A_table_has_no_past()
    {
        Frame mixed = Simulated.Mixed(400, 3);
        var table = new Frame(mixed.Schema with { IsTable = true, Time = TimeAxis.None }, mixed.Series);
        (Frame training, Frame test) = table.Split(0.3);
        MaskedEvaluation result = MaskedEvaluation.Run(WorldModel.Learn(training, Simulated.BaseOnly), test, training, Few);
        Assert.Equal(Few.Slices, result.Slices);

        // With nothing given the training mean is all that there is, for all three.
        ClampSetScores nothing = result.Sets.Single(set => set.Given.Count == 0);
        Assert.InRange(nothing.Model.Error / nothing.Ridge.Error, 0.95, 1.05);
        Assert.InRange(nothing.Ridge.Error, 0.7, 1.3);
    }

    [Fact]
    public void What_cannot_be_tested_is_refused_in_a_sentence()
    {
        Frame frame = Simulated.Mixed(60, 9);
        WorldModel model = Simulated.MixedModel;
        Assert.Contains("masks", Refused(frame, frame, Few with { Masks = 0 }), StringComparison.Ordinal);
        Assert.Contains("slices", Refused(frame, frame, Few with { Slices = -1 }), StringComparison.Ordinal);
        Assert.Contains("threads", Refused(frame, frame, Few with { Threads = 0 }), StringComparison.Ordinal);
        Assert.Contains("test begins", Refused(frame, frame, Few with { After = frame }), StringComparison.Ordinal);
        Assert.Contains("8 before", Refused(frame.Slice(0, 5), frame, Few), StringComparison.Ordinal);
        Assert.Contains("fit baselines", Refused(frame, frame.Slice(0, 10), Few), StringComparison.Ordinal);
        Assert.Contains("channels", Refused(frame, Simulated.Walk(50, 1), Few), StringComparison.Ordinal);

        string Refused(Frame test, Frame training, MaskOptions options) => Assert.Throws<InputException>(() => MaskedEvaluation.Run(model, test, training, options)).Message;
    }
}
