using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class WiredCfcTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => WiredCfc.Create<T>(NcpWiring.Draw(NcpOptions.Auto(3, 11, 2), new Rng(1)));
}

public sealed class WiredCfcPureTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => WiredCfc.Create<T>(NcpWiring.Draw(NcpOptions.Auto(3, 11, 2), new Rng(1)), CfcMode.Pure);
}
