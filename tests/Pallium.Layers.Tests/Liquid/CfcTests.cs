namespace Pallium.Layers.Tests;

public sealed class CfcTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Cfc<T>(new(Inputs: 3, Units: 5) { BackboneUnits = 7 });

    [Fact]
    public void Four_backbone_layers_are_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Cfc<float>(new(3, 5) { BackboneLayers = 4 }));
}

public sealed class CfcNoGateTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() =>
        new Cfc<T>(new(Inputs: 3, Units: 5) { Mode = CfcMode.NoGate, BackboneLayers = 2, BackboneUnits = 18 });
}

public sealed class CfcPureTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() =>
        new Cfc<T>(new(Inputs: 3, Units: 5) { Mode = CfcMode.Pure, BackboneLayers = 3, BackboneUnits = 7 });
}

public sealed class CfcMixedMemoryTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Cfc<T>(new(Inputs: 3, Units: 5) { MixedMemory = true, BackboneUnits = 7 });
}

public sealed class CfcPureMixedMemoryWithoutBackboneTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() =>
        new Cfc<T>(new(Inputs: 3, Units: 5) { Mode = CfcMode.Pure, MixedMemory = true, BackboneLayers = 0 });
}

public sealed class CfcWithoutBackboneTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Cfc<T>(new(Inputs: 3, Units: 17) { BackboneLayers = 0 });
}
