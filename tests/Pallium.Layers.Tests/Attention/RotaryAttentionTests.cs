namespace Pallium.Layers.Tests;

public sealed class RotaryAttentionTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => RotaryAttention.Create<T>(new(3, 6, 4) { Heads = 2 });

    [Fact]
    public void Heads_that_do_not_divide_the_units_are_refused() =>
        Assert.Throws<ArgumentException>(() => RotaryAttention.Create<float>(new(3, 6, 4) { Heads = 4 }));
}
