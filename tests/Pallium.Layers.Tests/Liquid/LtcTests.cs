using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class LtcTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Ltc<T>(new(Wiring.Full(3, 5, new Rng(1))));

    [Fact]
    public void No_unfolds_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Ltc<float>(new(Wiring.Full(3, 5, new Rng(1))) { Unfolds = 0 }));
}

public sealed class LtcSoftplusTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Ltc<T>(new(Wiring.Full(2, 18, new Rng(1))) { IsSoftplus = true, Unfolds = 3 });
}

public sealed class LtcSparseTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Ltc<T>(new(Wiring.Random(3, 7, 0.5, new Rng(1))) { Unfolds = 4 });
}

public sealed class LtcNcpTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() =>
        new Ltc<T>(new(NcpWiring.Draw(NcpOptions.Auto(3, 11, 2), new Rng(1))) { IsSoftplus = true });
}
