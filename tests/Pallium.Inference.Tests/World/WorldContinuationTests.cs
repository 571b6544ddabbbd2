namespace Pallium.Inference.Tests;

public sealed class WorldContinuationTests
{
    private static readonly LearnOptions Options = Simulated.Quick with { Epochs = 3 };

    [Fact]
    public void Learning_on_keeps_the_old_skill_and_leaves_the_old_model_alone()
    {
        WorldModel model = Simulated.MixedModel;
        byte[] before = Simulated.Bytes(model);
        Continuation more = model.LearnMore(Simulated.Mixed(300, 55), Options);
        Assert.Equal(before, Simulated.Bytes(model));
        Assert.True(more.OldLossAfter + more.NewLossAfter <= more.OldLossBefore + more.NewLossBefore);
        Assert.InRange(more.OldLossAfter - more.OldLossBefore, -1, 0.05);
        Assert.True(more.Model == model || more.Model.Summary.Runs.Count == 2);
        Assert.All(more.Model.Begin().Next(), posterior => Assert.True(double.IsFinite(posterior.Mean)));
        Assert.Equal(Simulated.Bytes(more.Model), Simulated.Bytes(model.LearnMore(Simulated.Mixed(300, 55), Options with { Threads = 2 }).Model));
        Simulated.Loaded(Simulated.Bytes(more.Model));
    }

    [Fact]
    public void New_data_outside_the_old_range_are_named()
    {
        Frame frame = Simulated.Mixed(60, 8);
        double[] values = [.. frame.Series[0].Values];
        values[4 * 20] = 500;
        values[(4 * 30) + 1] = 900;
        Continuation more = Simulated.MixedModel.LearnMore(new Frame(frame.Schema, [new Series("", frame.Series[0].Times, values)]), Options);
        Assert.Contains(more.Warnings, warning => warning.StartsWith("Channel 'temperature': ", StringComparison.Ordinal) && warning.Contains("500", StringComparison.Ordinal));
        Assert.Contains(more.Warnings, warning => warning.StartsWith("Channel 'rain': ", StringComparison.Ordinal));
        Assert.All(more.Warnings, warning => Assert.EndsWith(".", warning, StringComparison.Ordinal));
    }

    [Fact]
    public void What_cannot_be_learned_from_is_refused()
    {
        Assert.Contains("stack 'none'", Assert.Throws<InputException>(() => Simulated.WalkModel.LearnMore(Simulated.Walk(50, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("found 19 slices", Assert.Throws<InputException>(() => Simulated.MixedModel.LearnMore(Simulated.Mixed(19, 1))).Message, StringComparison.Ordinal);
        Assert.Contains("found 3 channels", Assert.Throws<InputException>(() => Simulated.MixedModel.LearnMore(Simulated.Walk(50, 1))).Message, StringComparison.Ordinal);
        Assert.Throws<InputException>(() => Simulated.MixedModel.LearnMore(Simulated.Mixed(50, 1), new LearnOptions { Rate = 0 }));
    }
}
