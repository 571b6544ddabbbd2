namespace Pallium.Layers.Tests;

public sealed class GatedSumTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new GatedSum<T>(5);
}
