using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class Rwkv7Tests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => Rwkv7.Create<T>(new(Inputs: 3, Units: 4, Heads: 2) { Rank = 2 });

    [Fact]
    public void Values_given_are_those_that_a_later_layer_reads()
    {
        var first = Rwkv7.Create<double>(new(3, 4, 2) { Rank = 2, GivesValues = true });
        var plain = Rwkv7.Create<double>(new(3, 4, 2) { Rank = 2 });
        first.Initialize(new Rng(3));
        plain.Initialize(new Rng(3));
        foreach ((Parameter<double> from, Parameter<double> to) in first.Parameters.Zip(plain.Parameters, (a, b) => (a.Parameter, b.Parameter)))
        {
            from.Values.CopyTo(to.Values);
        }

        plain.Refresh();
        LayerRun<double> one = new LayerRun<double>(first, 5, 2).Fill(3).Forward();
        LayerRun<double> other = new LayerRun<double>(plain, 5, 2).Fill(3).Forward();
        Assert.Equal(other.Outputs, one.Outputs.Chunk(8).SelectMany(slice => slice[..4]));
        Assert.Equal(8, Rwkv7.Create<double>(new(4, 4, 2) { IsLater = true }).Inputs);
    }

    [Fact]
    public void Heads_must_divide_the_units() => Assert.Throws<ArgumentException>(() => Rwkv7.Create<float>(new(3, 6, 4)));
}

/// <summary>The same laws for the form that reads the first layer's values and gives its own.</summary>
public sealed class LaterRwkv7Tests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => Rwkv7.Create<T>(new(Inputs: 3, Units: 4, Heads: 2) { Rank = 2, IsLater = true, GivesValues = true });
}
