namespace Pallium.Layers.Tests;

public sealed class NacTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Nac<T>(new(Inputs: 3, Outputs: 5));

    [Fact]
    public void A_layer_without_inputs_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Nac<float>(new(0, 3)));
}
