using System.Numerics;

namespace Pallium.Layers.Tests;

public sealed class RmsNormOfHeadsTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new RmsNorm<T>(new(6) { Groups = 2 });
}

public sealed class RmsNormOfHeadsWithOneGainTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new RmsNorm<T>(new(6) { Groups = 3, SharesGain = true });
}

public sealed class LayerNormOfHeadsTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new LayerNorm<T>(new(9) { Groups = 3 });
}
