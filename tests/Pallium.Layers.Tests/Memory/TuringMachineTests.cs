namespace Pallium.Layers.Tests;

public sealed class TuringMachineTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new TuringMachine<T>(new(3, 4) { Slots = 6, Width = 3 });
}

public sealed class TuringMachineOfTwoHeadsTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new TuringMachine<T>(new(2, 3) { Slots = 9, Width = 2, Heads = 2, Range = 2 });
}
