using Pallium.Numerics;

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
    public void Experts_grow_for_new_data_and_the_others_stay_to_the_bit()
    {
        LearnOptions options = Options with { Stack = "gru(8)+residual(rmsnorm+moe(2x8))" };
        WorldModel model = WorldModel.Learn(Simulated.Mixed(300, 1), options);
        Frame more = Simulated.Mixed(300, 55);
        double[] values = [.. more.Series[0].Values.Select((value, i) => i % 4 == 0 ? 20 - value : value)];
        WorldModel grown = model.LearnMore(new Frame(more.Schema, [new Series("", more.Series[0].Times, values)]), options with { GrowExperts = 2, Epochs = 10 }).Model;
        Assert.Equal("gru(8)+residual(rmsnorm+moe(2x8,grown=2))", grown.Summary.Stack);
        ParameterSet<float> old = ((LearnedNetwork<float>)model.Learned!).Typed.Parameters;
        Dictionary<string, Parameter<float>> now = ((LearnedNetwork<float>)grown.Learned!).Typed.Parameters.Items.ToDictionary(item => item.Name, item => item.Parameter);
        Assert.All(old.Items, item => Assert.Equal(item.Parameter.Values.ToArray(), now[item.Name].Values.ToArray()));
        Assert.True(now.Count > old.Items.Count);
        Assert.Equal(2, grown.Memories.Count);
        Assert.Equal(Simulated.Bytes(grown), Simulated.Bytes(Simulated.Loaded(Simulated.Bytes(grown))));
    }

    [Theory]
    [InlineData("gru(8)", "expected one with experts")]
    [InlineData("moe(2,block=gru(8))", "its experts keep a state")]
    [InlineData("moe(4x8,groups=2)", "1, for experts to be added")]
    public void Experts_that_cannot_grow_are_refused(string stack, string expected)
    {
        WorldModel model = WorldModel.Learn(Simulated.Mixed(60, 1), Options with { Stack = stack, Epochs = 1 });
        Assert.Contains(expected, Assert.Throws<InputException>(() => model.LearnMore(Simulated.Mixed(60, 2), Options with { GrowExperts = 1 })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Adapters_learn_the_new_and_all_other_weights_stay_to_the_bit()
    {
        WorldModel model = Simulated.MixedModel;
        Frame more = Simulated.Mixed(300, 55);
        double[] values = [.. more.Series[0].Values.Select((value, i) => i % 4 == 0 ? 20 - value : value)];
        Continuation result = model.LearnMore(new Frame(more.Schema, [new Series("", more.Series[0].Times, values)]), Options with { Adapters = 2, Epochs = 20 });
        WorldModel adapted = result.Model;
        Assert.NotSame(model, adapted);
        Assert.True(result.NewLossAfter < result.NewLossBefore);
        Assert.Equal($"adapters(2)+{model.Summary.Stack}+adapters(2)", adapted.Summary.Stack);
        ParameterSet<float> old = ((LearnedNetwork<float>)model.Learned!).Typed.Parameters;
        Dictionary<string, Parameter<float>> now = ((LearnedNetwork<float>)adapted.Learned!).Typed.Parameters.Items.ToDictionary(item => item.Name, item => item.Parameter);
        Assert.All(old.Items, item => Assert.Equal(item.Parameter.Values.ToArray(), now[item.Name.Replace("trunk.0.", "trunk.1.", StringComparison.Ordinal)].Values.ToArray()));
        Assert.Equal(now.Sum(item => item.Value.Length) - old.Length, result.LearnedWeights);
        Assert.Equal(Simulated.Bytes(adapted), Simulated.Bytes(Simulated.Loaded(Simulated.Bytes(adapted))));
        Assert.Contains(result.Warnings, warning => warning.StartsWith("The stack is too small for adapters below 1 %", StringComparison.Ordinal));
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
