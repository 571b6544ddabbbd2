namespace Pallium.Layers.Tests;

public sealed class StackedLayersTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new StackedLayers<T>(
        new Lstm<T>(new(Inputs: 3, Units: 5)), new Linear<T>(new(5, 4)), new Cfc<T>(new(4, 3) { BackboneUnits = 6 }), new Linear<T>(new(3, 2)));

    [Fact]
    public void Layers_that_do_not_fit_are_refused_by_name()
    {
        ArgumentException error = Assert.Throws<ArgumentException>(() =>
            new StackedLayers<float>(new Lstm<float>(new(3, 5)), new Linear<float>(new(4, 2))));
        Assert.Contains("Layer 1 reads 4 channels, but layer 0 writes 5.", error.Message, StringComparison.Ordinal);
    }
}
