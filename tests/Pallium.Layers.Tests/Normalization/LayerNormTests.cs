namespace Pallium.Layers.Tests;

public sealed class LayerNormTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new LayerNorm<T>(new(Channels: 5));

    [Fact]
    public void An_epsilon_of_zero_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new LayerNorm<float>(new(3) { Epsilon = 0 }));
}
