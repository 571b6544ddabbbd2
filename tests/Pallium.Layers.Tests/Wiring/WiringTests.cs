using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class WiringTests
{
    [Fact]
    public void A_full_wiring_connects_everything_and_two_of_three_excite()
    {
        Wiring wiring = Wiring.Full(7, 40, new Rng(1));
        Assert.True(wiring.IsFull);
        Assert.Equal(40, wiring.Outputs);
        Assert.Equal(2.0 / 3, wiring.Synapses.Count(synapse => synapse.Polarity == 1) / 1600.0, 0.05);
    }

    [Theory]
    [InlineData(0.25, 48)]
    [InlineData(0.5, 32)]
    [InlineData(0.99, 1)]
    public void A_random_wiring_has_the_share_of_synapses_asked_for(double sparsity, int expected)
    {
        Wiring wiring = Wiring.Random(3, 8, sparsity, new Rng(1));
        Assert.Equal(expected, wiring.Synapses.Count);
        Assert.Equal(wiring.Synapses.Count, wiring.Synapses.Select(synapse => (synapse.Source, synapse.Target)).Distinct().Count());
    }

    [Fact]
    public void The_same_seed_draws_the_same_wiring()
    {
        Assert.Equal(Wiring.Random(3, 8, 0.5, new Rng(4)).Synapses, Wiring.Random(3, 8, 0.5, new Rng(4)).Synapses);
        Assert.NotEqual(Wiring.Random(3, 8, 0.5, new Rng(4)).Synapses, Wiring.Random(3, 8, 0.5, new Rng(5)).Synapses);
    }

    [Fact]
    public void Of_two_synapses_with_the_same_ends_the_later_holds()
    {
        var wiring = new Wiring(1, 2, 1, [], [new(0, 1, 1), new(1, 0, 1), new(0, 1, -1)]);
        Assert.Equal([new Synapse(1, 0, 1), new Synapse(0, 1, -1)], wiring.Synapses);
    }

    [Fact]
    public void Synapses_that_end_outside_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Wiring(1, 2, 1, [], [new(0, 2, 1)]));
}
