namespace Pallium.Layers.Tests;

public sealed class MambaTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => Mamba.Create<T>(new(3, 5) { States = 3, Convolution = 3 });

    [Fact]
    public void The_state_of_a_stream_does_not_grow() => Assert.Equal(2 * 64 * (3 + 16), Mamba.Create<float>(new(7, 64)).StateSize);

    [Fact]
    public void The_map_of_time_steps_is_drawn_as_published()
    {
        StackedLayers<double> layer = Mamba.Create<double>(new(64, 64));
        layer.Initialize(new Numerics.Rng(1));
        double[] weight = layer.Parameters.Single(item => item.Name == "delta.proj.weight").Parameter.Values.ToArray();
        Assert.InRange(weight.Max(Math.Abs), 0.49, 0.5);
    }

    [Theory]
    [InlineData(0, 16, 4, 2, 0)]
    [InlineData(8, 0, 4, 2, 0)]
    [InlineData(8, 16, 0, 2, 0)]
    [InlineData(8, 16, 4, 0, 0)]
    [InlineData(8, 16, 4, 2, -1)]
    public void Sizes_that_cannot_be_are_refused(int units, int states, int convolution, int expand, int rank) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Mamba.Create<float>(
            new(3, units) { States = states, Convolution = convolution, Expand = expand, Rank = rank }));
}

public sealed class S6Tests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => S6.Create<T>(new(3, 5) { States = 3 });
}
