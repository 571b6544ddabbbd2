namespace Pallium.Layers.Tests;

public sealed class RmsNormTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new RmsNorm<T>(new(Channels: 5));

    [Fact]
    public void An_epsilon_of_zero_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new RmsNorm<float>(new(3) { Epsilon = 0 }));
}
