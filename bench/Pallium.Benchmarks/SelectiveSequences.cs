using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>The selective scan over 8 streams of 512 slices, and a Mamba block of width 256 streaming, against torch and against reading the weights once.</summary>
internal static class SelectiveSequences
{
    private const int Rows = 8;
    private const int Steps = 512;
    private const int Channels = 64;
    private const int States = 16;
    private const int Units = 256;

    /// <summary>
    /// Multiply-adds per number of state, forward and reverse: ten in a step (δA, six in the exponential, δuB, h, y), as many where the
    /// reverse computes it again, and eight in the reverse itself. Rounding, scaling and bounds of the exponential, four more, are not counted.
    /// </summary>
    private const double MultiplyAddsPerState = 28;

    public static void Run(Session session)
    {
        using TorchPeer? torch = TorchPeer.Start(sleepsWaiting: true);
        foreach (int threads in new[] { 1, 2 })
        {
            session.Compare(
                "selective scan",
                Unit.Milliseconds,
                Scan(threads),
                "torch scan",
                torch?.Case("s6", "scan", Channels, threads),
                new Target(Ratio: 40),
                threads);
        }

        double operations = 2 * MultiplyAddsPerState * Rows * Steps * Channels * States;
        session.Compare(
            "selective scan, share of the peak", Unit.GigaFlops(operations), Scan(1), "multiply-adds", KernelSuite.PeakOf(operations));

        StackedLayers<float> Block() => Mamba.Create<float>(new(Units, Units));
        session.Compare(
            $"mamba {Units}, step", Unit.Microseconds, LayerContestant.Step(Block()), "torch step", torch?.Case("mamba", "mamba-step", Units, 1), new Target(Ratio: 6));
        session.Compare(
            $"mamba {Units}, step, weights once", Unit.Microseconds, LayerContestant.Step(Block()), "sum of floats", ReadOnce(Block().Cost.WeightBytes), new Target(Ratio: 1 / 1.5));
    }

    /// <summary>The streams are dealt out to the threads, as the trainer does.</summary>
    private static Contestant Scan(int threads) => LayerContestant.Windows(new SelectiveScan<float>(new(Channels, States)), threads, Rows / threads, Steps);

    /// <summary>A sum over as many bytes. They are written first: fresh memory is one page of zeros, read from the first cache.</summary>
    private static Contestant ReadOnce(long bytes)
    {
        var weights = new AlignedBuffer<float>((int)(bytes / sizeof(float)));
        new Rng(1).Normal(weights.Span, 1);
        float sum = 0;
        return Interleaved.InProcess(() => sum += Reduction.Sum<float>(weights.Span));
    }
}
