using System.Diagnostics;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>Questions to a world model: sampled over many slices and in one pass; what they cost as effort, slices and channels grow.</summary>
internal static class SamplingSuite
{
    private const int Particles = 1000;
    private const int Slices = 24;
    private const int Channels = 8;

    public static void Run(Session session)
    {
        StreamOf stream = Learned(Channels);
        AnswerOptions options = new() { Effort = Particles, Threads = 2 };
        session.Compare(
            "1,000 particles, 24 slices, 8 channels", new Unit("ms", 1e3, false), Asking(stream, Sampled(Slices), options), "one thread",
            Asking(stream, Sampled(Slices), options with { Threads = 1 }), new Target(Value: 150), threads: 2);
        session.Compare(
            "one pass, same slice", Unit.Microseconds, Asking(stream, OnePass, options with { Effort = 0 }), "effort 1000 over 6 slices",
            Asking(stream, Sampled(6), options), new Target(Value: 50));
        foreach (int effort in (int[])[256, 1024, 4096])
        {
            session.Report($"allocated beyond the answer, effort {effort}", "bytes", Allocated(stream, effort), "effort 256", Allocated(stream, 256), 1.1);
        }

        Console.WriteLine($"exponent of effort    {Exponent([256, 1024, 4096, 16384], n => Seconds(stream, Sampled(Slices), n)):F3}");
        Console.WriteLine($"exponent of slices    {Exponent([6, 12, 24, 48, 96], n => Seconds(stream, Sampled(n), Particles)):F3}");
        Console.WriteLine($"exponent of channels  {Exponent([4, 8, 16, 32], n => Seconds(Learned(n), Sampled(Slices), Particles)):F3}");
    }

    /// <summary>A session and the engine that answers with the whole of the network.</summary>
    private sealed record StreamOf(QuestionAnswerer Answerer, StreamState State);

    private static Question OnePass => new() { Clamps = [Clamp.Equal(new(0, 1), 0.5), Clamp.Equal(new(1, 1), -0.5)], Asked = [new(2, 1)] };

    private static Question Sampled(int slices) => new()
    {
        Clamps = [Clamp.Equal(new(0, slices), 0.8), Clamp.Between(new(1, slices / 2), 0, 1)],
        Asked = [.. Enumerable.Range(1, slices).Select(h => new CellAddress(2, h))],
    };

    private static StreamOf Learned(int channels)
    {
        const int Rows = 1500;
        double[] values = Values(Rows, channels);
        Channel[] all = [.. Enumerable.Range(0, channels).Select(c => new Channel($"x{c}", ChannelKind.Real) { Resolution = 0.001 })];
        Frame frame = Frame.FromArrays(all, values);
        WorldModel model = WorldModel.Learn(frame, new LearnOptions { Stack = "liquid(64)", Epochs = 1, Threads = 2 });
        WorldEngine engine = model.Engine;
        var whole = new WorldEngine(engine.Schema, engine.Normalizer, engine.Clock, engine.Core, engine.Network, NetworkShares.All(engine.Core.Layout));
        return new StreamOf(new QuestionAnswerer(whole), model.After(frame).State);
    }

    private static Contestant Asking(StreamOf stream, Question question, AnswerOptions options) =>
        Interleaved.InProcess(() => stream.Answerer.Answer(stream.State, [], question, options, default));

    /// <summary>Processor seconds of one call, the median of five.</summary>
    private static double Seconds(StreamOf stream, Question question, int effort)
    {
        var seconds = new double[6];
        for (int i = 0; i < seconds.Length; i++)
        {
            using var process = Process.GetCurrentProcess();
            TimeSpan before = process.TotalProcessorTime;
            stream.Answerer.Answer(stream.State, [], question, new AnswerOptions { Effort = effort, Threads = 1 }, default);
            process.Refresh();
            seconds[i] = (process.TotalProcessorTime - before).TotalSeconds;
        }

        Array.Sort(seconds, 1, 5);
        return seconds[3];
    }

    private static double Allocated(StreamOf stream, int effort)
    {
        // The answer itself: the draws of 24 cells (each draw an array with a header), and the posteriors' sorted values, weights and sums.
        long answer = (long)effort * ((sizeof(double) * Slices * 4) + 24);
        var options = new AnswerOptions { Effort = effort, Threads = 1 };
        stream.Answerer.Answer(stream.State, [], Sampled(Slices), options, default);
        long before = GC.GetAllocatedBytesForCurrentThread();
        stream.Answerer.Answer(stream.State, [], Sampled(Slices), options, default);
        return GC.GetAllocatedBytesForCurrentThread() - before - answer;
    }

    private static double Exponent(int[] sizes, Func<int, double> seconds)
    {
        double[] x = [.. sizes.Select(size => Math.Log(size))];
        double[] y = [.. sizes.Select(size => Math.Log(seconds(size)))];
        Console.WriteLine($"  {string.Join(", ", sizes.Zip(y, (size, log) => $"{size}: {1e3 * Math.Exp(log):F1} ms"))}");
        double mx = x.Average();
        double my = y.Average();
        return x.Zip(y, (a, b) => (a - mx) * (b - my)).Sum() / x.Sum(a => (a - mx) * (a - mx));
    }

    /// <summary>Coupled autoregressions, recorded to 0.001.</summary>
    private static double[] Values(int rows, int channels)
    {
        var rng = new Rng(1);
        var values = new double[rows * channels];
        var level = new double[channels];
        for (int t = 0; t < rows; t++)
        {
            double shared = rng.Normal();
            for (int c = 0; c < channels; c++)
            {
                level[c] = (0.9 * level[c]) + (0.3 * shared) + (0.5 * rng.Normal());
                values[(t * channels) + c] = Math.Round(level[c], 3);
            }
        }

        return values;
    }
}
