namespace Pallium.Layers.Tests;

public sealed class MismatchTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Mismatch<T>(3);
}
