namespace Pallium.Layers.Tests;

public sealed class LstmTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Lstm<T>(new(Inputs: 3, Units: 5));

    [Fact]
    public void A_layer_without_units_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Lstm<float>(new(3, 0)));
}
