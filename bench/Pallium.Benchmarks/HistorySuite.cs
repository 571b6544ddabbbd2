using System.Diagnostics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>
/// Constant cost of every layer of the grammar that has a state: time per streamed slice after up to a million slices, and, chunk by
/// chunk at fixed memory, time per learned slice in windows of 1,024 to 65,536.
/// </summary>
internal static class HistorySuite
{
    private const int Channels = 64;
    private const int Chunk = 256;
    private const double MostGrowth = 0.05;
    private static readonly double[] Histories = [1_000, 10_000, 100_000, 1_000_000];
    private static readonly double[] Windows = [1_024, 4_096, 16_384, 65_536];

    public static void Run(Session session)
    {
        foreach (LayerKind kind in LayerKind.All)
        {
            ISequenceLayer<float> layer = StackText.Parse(kind.Example).Build<float>(Channels);
            if (layer.StateSize == 0 || kind.Name is "residual" or "chunks")
            {
                continue;
            }

            layer.Initialize(new Rng(1));
            session.Grow($"stream {kind.Example}", Unit.Microseconds, Histories, [1, 1, 1, 1], [.. Streams(layer)], MostGrowth);
            var chunked = new WindowChunks<float>(layer, new(Chunk));
            session.Grow($"learn {kind.Example}", Unit.Microseconds, Windows, Windows, [.. Windows.Select(window => Learn(chunked, (int)window))], MostGrowth);
        }
    }

    /// <summary>The same stream after so many slices; every block goes on from there.</summary>
    private static IEnumerable<Contestant> Streams(ISequenceLayer<float> layer)
    {
        const int Different = 1024;
        var inputs = new float[Different * Channels];
        new Rng(2).Normal(inputs.AsSpan(), 1);
        float[] elapsed = [1];
        var output = new float[layer.Outputs];
        var scratch = new float[layer.StepScratch(1)];
        var state = new float[layer.StateSize];
        long seen = 0;

        void Advance(float[] to, long from, long count)
        {
            for (long slice = from; slice < from + count; slice++)
            {
                layer.Step(inputs.AsSpan((int)(slice % Different) * Channels, Channels), elapsed, to, output, scratch);
            }
        }

        foreach (double history in Histories)
        {
            Advance(state, seen, (long)history - seen);
            seen = (long)history;
            float[] then = [.. state];
            long first = seen;
            yield return calls =>
            {
                float[] mine = [.. then];
                long start = Stopwatch.GetTimestamp();
                Advance(mine, first, calls);
                return Stopwatch.GetElapsedTime(start).TotalSeconds;
            };
        }
    }

    /// <summary>A window, forward and reverse.</summary>
    private static Contestant Learn(WindowChunks<float> layer, int window)
    {
        var inputs = new float[window * Channels];
        new Rng(3).Normal(inputs.AsSpan(), 1);
        var elapsed = new float[window];
        elapsed.AsSpan().Fill(1);
        var outputs = new float[window * layer.Outputs];
        var dInputs = new float[inputs.Length];
        var trace = new float[layer.TraceSize(window, 1)];
        var scratch = new float[layer.PassScratch(window, 1)];
        var start = new float[layer.StateSize];
        var final = new float[layer.StateSize];
        Gradients<float> gradients = new ParameterSet<float>(layer.Parameters).NewGradients();
        return calls =>
        {
            long began = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                var pass = new SequencePass<float>
                {
                    Steps = window,
                    Rows = 1,
                    Inputs = inputs,
                    Elapsed = elapsed,
                    Start = start,
                    Outputs = outputs,
                    Final = final,
                    Trace = trace,
                    Scratch = scratch,
                };
                layer.Forward(pass);
                layer.Backward(pass, new SequenceGradients<float> { Outputs = outputs, Inputs = dInputs, Parameters = gradients });
            }

            return Stopwatch.GetElapsedTime(began).TotalSeconds;
        };
    }
}
