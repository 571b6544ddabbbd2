namespace Pallium.Layers.Tests;

public sealed class SwiGluTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new SwiGlu<T>(new(Channels: 5, Units: 7));
}
