using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class AdapterGrowthTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Before_they_learn_the_network_gives_what_it_gave_to_the_bit(int adapters)
    {
        var old = (LearnedNetwork<float>)Simulated.MixedModel.Learned!;
        SliceNetwork<float> network = AdapterGrowth.Grow(old, Simulated.MixedModel.Engine.Core, adapters, new Rng(9)).Typed;
        Assert.Equal(Answers(old.Typed), Answers(network));
        Assert.Contains(network.Parameters.Items, item => !item.Parameter.IsFrozen);
        Assert.Equal(old.Parameters, network.Parameters.Items.Sum(item => item.Parameter.IsFrozen ? (long)item.Parameter.Length : 0));
    }

    [Theory]
    [InlineData("liquid(64)")]
    [InlineData("lstm(64)")]
    [InlineData("mamba(64)x2+attention(64,window=64)")]
    [InlineData("cfc(64)+residual(rmsnorm+moe(8x64))")]
    public void Of_the_usual_widths_they_are_less_than_a_hundredth_of_the_weights(string stack)
    {
        SliceCore core = Simulated.MixedModel.Engine.Core;
        SliceNetwork<float> network = WorldLearner.NewNetwork<float>(Layers.StackText.Parse(stack), core, 64);
        network.Initialize(new Rng(1));
        var old = new LearnedNetwork<float>(network, new Learning.Adam<float>(network.Parameters), stack, 64, Precision.Single);
        ParameterSet<float> adapted = AdapterGrowth.Grow(old, core, 1, new Rng(2)).Typed.Parameters;
        Assert.InRange((double)(adapted.Length - old.Parameters) / adapted.Length, 1e-4, AdapterGrowth.MostShare);
    }

    [Fact]
    public void A_stack_that_would_become_too_long_is_refused()
    {
        SliceCore core = Simulated.MixedModel.Engine.Core;
        const string Stack = "gru(2)x200";
        SliceNetwork<float> network = WorldLearner.NewNetwork<float>(Layers.StackText.Parse(Stack), core, 8);
        var old = new LearnedNetwork<float>(network, new Learning.Adam<float>(network.Parameters), Stack, 8, Precision.Single);
        Assert.Contains("at most 256", Assert.Throws<InputException>(() => AdapterGrowth.Grow(old, core, 1, new Rng(1))).Message, StringComparison.Ordinal);
    }

    /// <summary>What a stream's slices and a question after them give.</summary>
    private static double[] Answers(SliceNetwork<float> network)
    {
        var rng = new Rng(4);
        NetworkScratch scratch = network.NewScratch();
        var state = new double[network.StateSize];
        var inputs = new double[network.EncoderInputs];
        var features = new double[network.HeadFeatures];
        network.Start(state);
        for (int step = 0; step < 20; step++)
        {
            rng.Uniform(inputs, -1.0, 1.0);
            network.Step(inputs, [1], state, scratch);
        }

        rng.Uniform(features, -1.0, 1.0);
        var real = new double[network.RealOutputs];
        var discrete = new double[network.DiscreteOutputs];
        network.Answer(1, state, features, real, discrete, scratch);
        return [.. state, .. real, .. discrete];
    }
}
