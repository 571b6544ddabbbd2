namespace Pallium.Layers.Tests;

public sealed class ChannelGainTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new ChannelGain<T>(5, 0.5);
}
