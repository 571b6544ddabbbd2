using System.Diagnostics;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>A layer of ours as one side of a comparison.</summary>
internal static class LayerContestant
{
    /// <summary>Streaming: one slice of one stream a call, after <paramref name="history"/> others.</summary>
    public static Contestant Step(ISequenceLayer<float> layer, int history = 0)
    {
        layer.Initialize(new Rng(1));
        var input = new float[layer.Inputs];
        new Rng(2).Normal(input.AsSpan(), 1);
        float[] elapsed = [1];
        var state = new float[layer.StateSize];
        var output = new float[layer.Outputs];
        var scratch = new float[layer.StepScratch(1)];
        for (int i = 0; i < history; i++)
        {
            layer.Step(input, elapsed, state, output, scratch);
        }

        return calls =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                layer.Step(input, elapsed, state, output, scratch);
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        };
    }

    /// <summary>One slice of each of many streams a call: in one step, or stream by stream.</summary>
    public static Contestant Rows(ISequenceLayer<float> layer, int rows, bool together = true)
    {
        layer.Initialize(new Rng(1));
        var inputs = new float[rows * layer.Inputs];
        new Rng(2).Normal(inputs.AsSpan(), 1);
        var elapsed = new float[rows];
        Array.Fill(elapsed, 1);
        var states = new float[rows * layer.StateSize];
        var outputs = new float[rows * layer.Outputs];
        int stride = together ? rows : 1;
        var scratch = new float[layer.StepScratch(stride)];
        return Interleaved.InProcess(() =>
        {
            for (int row = 0; row < rows; row += stride)
            {
                layer.Step(
                    inputs.AsSpan(row * layer.Inputs, stride * layer.Inputs), elapsed.AsSpan(row, stride), states.AsSpan(row * layer.StateSize, stride * layer.StateSize),
                    outputs.AsSpan(row * layer.Outputs, stride * layer.Outputs), scratch);
            }
        });
    }

    /// <summary>Learning: forward and reverse over a window of <paramref name="steps"/> slices and <paramref name="rows"/> streams a call, all gradients wanted.</summary>
    public static Contestant Window(ISequenceLayer<float> layer, int rows, int steps) => Interleaved.InProcess(Pass(layer, rows, steps));

    /// <summary>The same with one such window on each thread.</summary>
    public static Contestant Windows(ISequenceLayer<float> layer, int threads, int rows, int steps)
    {
        Action[] passes = [.. Enumerable.Range(0, threads).Select(_ => Pass(layer, rows, steps))];
        var runner = new ChunkRunner(threads);
        return Interleaved.InProcess(() => runner.Run(threads, i => passes[i]()));
    }

    private static Action Pass(ISequenceLayer<float> layer, int rows, int steps)
    {
        layer.Initialize(new Rng(1));
        Gradients<float> gradients = new ParameterSet<float>(layer.Parameters).NewGradients();
        int slices = rows * steps;
        AlignedBuffer<float> inputs = new(slices * layer.Inputs);
        AlignedBuffer<float> elapsed = new(slices);
        AlignedBuffer<float> outputs = new(slices * layer.Outputs);
        AlignedBuffer<float> dOutputs = new(slices * layer.Outputs);
        AlignedBuffer<float> dInputs = new(slices * layer.Inputs);
        AlignedBuffer<float> start = new(rows * layer.StateSize);
        AlignedBuffer<float> final = new(rows * layer.StateSize);
        AlignedBuffer<float> trace = new(layer.TraceSize(steps, rows));
        AlignedBuffer<float> scratch = new(layer.PassScratch(steps, rows));
        new Rng(2).Normal(inputs.Span, 1);
        new Rng(3).Normal(dOutputs.Span, 1);
        elapsed.Span.Fill(1);
        return () =>
        {
            var pass = new SequencePass<float>
            {
                Steps = steps,
                Rows = rows,
                Inputs = inputs.Span,
                Elapsed = elapsed.Span,
                Start = start.Span,
                Outputs = outputs.Span,
                Final = final.Span,
                Trace = trace.Span,
                Scratch = scratch.Span,
            };
            layer.Forward(pass);
            gradients.Values.Clear();
            dInputs.Span.Clear();
            layer.Backward(pass, new SequenceGradients<float> { Outputs = dOutputs.Span, Inputs = dInputs.Span, Parameters = gradients });
        };
    }
}
