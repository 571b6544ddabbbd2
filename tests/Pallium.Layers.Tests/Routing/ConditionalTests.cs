using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class ConditionalTests : SequenceLayerLaws
{
    [Fact]
    public void A_weight_of_zero_leaves_the_state_to_the_bit()
    {
        var layer = new Conditional<double>(new Lstm<double>(new(2, 3)));
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

    // A router before it, so that some slices of some rows are passed over; what the block reads goes through.
    protected override ISequenceLayer<T> Create<T>() => new StackedLayers<T>(
        new Beside<T>(new Pass<T>(2), new TopKRouter<T>(2, 1), new Pass<T>(2)),
        new ChannelSelection<T>(6, (0, 3), (4, 2), (3, 1)),
        new Beside<T>(new Conditional<T>(new Gru<T>(new(2, 3))), new Conditional<T>(new Cfc<T>(new(2, 2)))));
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
