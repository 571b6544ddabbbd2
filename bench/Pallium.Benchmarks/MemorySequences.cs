using Pallium.Layers;

namespace Pallium.Benchmarks;

/// <summary>A Neural Turing Machine's heads (64 inputs and units, 128 slots of 32) and 64 milestones: streaming, and learning over 64 slices of 16 streams, against their graphs.</summary>
internal static class MemorySequences
{
    private const int Batch = 16;
    private const int Steps = 64;
    private const int Units = 64;

    public static void Run(Session session)
    {
        Compare(session, "ntm 128x32", () => new TuringMachine<float>(new(Units, Units)), new Target(Value: 10));
        Compare(session, "milestones 64", () => new MilestoneMemory<float>(new(Units, Units, Entries: 64)), null);
    }

    private static void Compare(Session session, string name, Func<ISequenceLayer<float>> build, Target? step)
    {
        session.Compare(
            $"{name}, step", Unit.Microseconds, LayerContestant.Step(build()), "description", LayerContestant.Step(new DescribedTwin(build())), step);
        session.Compare(
            $"{name}, window of {Batch}",
            Unit.PerSecond("slices", Batch * Steps),
            LayerContestant.Window(build(), Batch, Steps),
            "description",
            LayerContestant.Window(new DescribedTwin(build()), Batch, Steps));
    }
}
