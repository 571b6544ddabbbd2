namespace Pallium.Layers.Tests;

public sealed class ResidualTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() =>
        new Residual<T>(new StackedLayers<T>(new RmsNorm<T>(new(4)), new Gru<T>(new(4, 3)), new Dropout<T>(new(3, 0.5)), new Linear<T>(new(3, 4))));

    [Fact]
    public void A_block_that_changes_the_number_of_channels_is_refused()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Residual<float>(new Lstm<float>(new(3, 5))));
        Assert.Contains("reads 3 channels and writes 5", error.Message, StringComparison.Ordinal);
    }
}
