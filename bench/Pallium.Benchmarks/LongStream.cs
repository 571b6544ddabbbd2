using System.Diagnostics;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>A world model's stream after a million slices against the same stream after a thousand: time, allocation, state.</summary>
internal static class LongStream
{
    private const int Early = 1_000;
    private const int Late = 1_000_000;
    private const int Channels = 4;
    private const double MostGrowth = 1.05;
    private const string EarlyName = "slice 1,000";

    public static void Run(Session session)
    {
        double[] values = Values(2 * Early);
        Channel[] channels = [.. Enumerable.Range(0, Channels).Select(c => new Channel($"x{c}", ChannelKind.Real) { Resolution = 0.001 })];
        WorldModel model = WorldModel.Learn(Frame.FromArrays(channels, values), new LearnOptions { Stack = "liquid(64)", Epochs = 1, Threads = 1 });
        Inference.Session stream = model.Begin();
        AdvanceTo(stream, Early, values);
        Inference.Session early = stream.Fork();
        AdvanceTo(stream, Late, values);
        Inference.Session late = stream;
        var target = new Target(Ratio: 1 / MostGrowth);
        session.Compare("world model, take in, 1,000,000", Unit.Microseconds, Advance(late, values), EarlyName, Advance(early, values), target);
        session.Compare("world model, surprise, 1,000,000", Unit.Microseconds, Observe(late, values), EarlyName, Observe(early, values), target);
        session.Report("allocated by surprise, 1,000,000", "bytes", Allocated(late, values), EarlyName, Allocated(early, values), MostGrowth);
        session.Report("state saved, 1,000,000", "bytes", late.Save().Length, EarlyName, early.Save().Length, MostGrowth);
    }

    private static Contestant Advance(Inference.Session start, double[] values) => Timed(start, values, (stream, slice) => stream.Advance(slice));

    private static Contestant Observe(Inference.Session start, double[] values) => Timed(start, values, (stream, slice) => stream.Observe(slice));

    // Every block goes on from the same slice.
    private static Contestant Timed(Inference.Session start, double[] values, Action<Inference.Session, Slice> step) => calls =>
    {
        Inference.Session stream = start.Fork();
        Slice[] slices = [.. Enumerable.Range(0, calls).Select(i => At(start.Count + i, values))];
        long began = Stopwatch.GetTimestamp();
        foreach (Slice slice in slices)
        {
            step(stream, slice);
        }

        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    };

    private static double Allocated(Inference.Session start, double[] values)
    {
        const int Calls = 200;
        Inference.Session stream = start.Fork();
        Slice[] slices = [.. Enumerable.Range(0, Calls).Select(i => At(start.Count + i, values))];
        long before = GC.GetAllocatedBytesForCurrentThread();
        foreach (Slice slice in slices)
        {
            stream.Observe(slice);
        }

        return (double)(GC.GetAllocatedBytesForCurrentThread() - before) / Calls;
    }

    private static void AdvanceTo(Inference.Session stream, long count, double[] values)
    {
        while (stream.Count < count)
        {
            stream.Advance(At(stream.Count, values));
        }
    }

    /// <summary>The values repeat: what differs is how long the stream is.</summary>
    private static Slice At(long index, double[] values)
    {
        int row = (int)(index % (values.Length / Channels));
        return new Slice(index, values.AsSpan(row * Channels, Channels).ToArray());
    }

    /// <summary>Coupled autoregressions, recorded to 0.001.</summary>
    private static double[] Values(int rows)
    {
        var rng = new Rng(1);
        var values = new double[rows * Channels];
        var level = new double[Channels];
        for (int t = 0; t < rows; t++)
        {
            double shared = rng.Normal();
            for (int c = 0; c < Channels; c++)
            {
                level[c] = (0.9 * level[c]) + (0.3 * shared) + (0.5 * rng.Normal());
                values[(t * Channels) + c] = Math.Round(level[c], 3);
            }
        }

        return values;
    }
}
