namespace Pallium.Layers.Tests;

public sealed class LinearTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Linear<T>(new(Inputs: 3, Outputs: 5));

    [Fact]
    public void A_layer_without_outputs_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Linear<float>(new(3, 0)));
}
