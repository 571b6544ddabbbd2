namespace Pallium.Layers.Tests;

public sealed class Rwkv4Tests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => Rwkv4.Create<T>(new(Inputs: 3, Units: 5));

    [Fact]
    public void A_block_without_units_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => Rwkv4.Create<float>(new(3, 0)));
}
