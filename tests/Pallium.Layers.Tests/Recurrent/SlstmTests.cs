namespace Pallium.Layers.Tests;

public sealed class SlstmTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Slstm<T>(new(Inputs: 3, Units: 6) { Heads = 2 });

    [Fact]
    public void Heads_must_divide_the_units()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() => new Slstm<float>(new(3, 6) { Heads = 4 }));
        Assert.StartsWith("6 units cannot be divided among 4 heads.", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_layer_without_units_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Slstm<float>(new(3, 0)));
}

/// <summary>The same laws with one head.</summary>
public sealed class OneHeadedSlstmTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Slstm<T>(new(Inputs: 3, Units: 5));
}
