using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class ExpertsTests : SequenceLayerLaws
{
    [Fact]
    public void A_weight_of_zero_leaves_the_state_to_the_bit()
    {
        var layer = new Experts<double>([new Lstm<double>(new(2, 3))]);
        layer.Initialize(new Rng(3));
        double[] state = [0.1, -0.2, 0.3, 0.4, -0.5, 0.6];
        double[] before = [.. state];
        var outputs = new double[3];
        layer.Step([1, 2, 0], [1], state, outputs, new double[layer.StepScratch(1)]);
        Assert.Equal(before, state);
        Assert.Equal([0, 0, 0], outputs);
        layer.Step([1, 2, 0.5], [1], state, outputs, new double[layer.StepScratch(1)]);
        Assert.NotEqual(before, state);
    }

    [Fact]
    public void More_weights_than_were_said_are_refused()
    {
        var run = new LayerRun<float>(new Experts<float>([new Linear<float>(new(1, 1)), new Linear<float>(new(1, 1))], chosen: 1), 1, 1);
        Array.Fill(run.Inputs, 1);
        Assert.Contains("2 weights", Assert.Throws<ArgumentException>(() => run.Forward()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Experts_of_different_widths_are_refused() => Assert.Contains(
        "different widths", Assert.Throws<ArgumentException>(() => new Experts<float>([new Linear<float>(new(2, 3)), new Linear<float>(new(2, 2))])).Message, StringComparison.Ordinal);

    [Fact]
    public void Dropped_channels_differ_from_expert_to_expert_and_gradients_pass_as_values_do()
    {
        Experts<double> layer = new([.. Enumerable.Range(0, 2).Select(_ => StackText.Parse("dropout(0.5)+gru(3)").Build<double>(4))]);
        layer.Initialize(new Rng(2));
        LayerRun<double> run = new LayerRun<double>(layer, 4, 2) { Noise = new Rng(8), FirstRow = 16 }.Fill(3).Forward().Backward();
        const double Width = 1e-6;
        for (int i = 0; i < run.Inputs.Length; i++)
        {
            double middle = run.Inputs[i];
            run.Inputs[i] = middle + Width;
            double above = run.Loss();
            run.Inputs[i] = middle - Width;
            double below = run.Loss();
            run.Inputs[i] = middle;
            Assert.Equal((above - below) / (2 * Width), run.InputGradient[i], 1e-7);
        }
    }

    // A gate before them, so that some slices of some rows pass each by; what they read goes through. Blocks with state and without stand side by side.
    protected override ISequenceLayer<T> Create<T>() => new StackedLayers<T>(
        new Beside<T>(new Pass<T>(2), new ExpertGate<T>(new(3, 2))),
        new Experts<T>([new Gru<T>(new(2, 3)), new Linear<T>(new(2, 3)), new Cfc<T>(new(2, 3))], chosen: 2));
}

/// <summary>Two experts without state, each given about half of the slices of all rows.</summary>
public sealed class StatelessExpertsTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new StackedLayers<T>(
        new Beside<T>(new Pass<T>(3), new ExpertGate<T>(new(2, 1))), new Experts<T>([new SwiGlu<T>(new(3, 4)), new SwiGlu<T>(new(3, 4))], chosen: 1));
}

/// <summary>One choice of one: both memories of a mixture are written at some slices and not at others.</summary>
public sealed class MixtureOfMemoriesTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => MixtureOfMemories.Create<T>(new(4, 5, 2, 2, 3) { Memories = 3, Chosen = 1 });
}

public sealed class GatedMixtureOfMemoriesTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() =>
        MixtureOfMemories.Create<T>(new(4, 4, 1, 3, 2) { Memories = 4, Chosen = 2, HasShared = false, Rule = MixtureRule.Gla });
}

public sealed class ChannelSumTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new ChannelSum<T>(3, 4);
}
