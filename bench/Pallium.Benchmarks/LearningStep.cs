using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>One learning step of one layer, as the trainer does it: chunks of 16 rows, squared error, reverse, clip, Adam.</summary>
internal sealed class LearningStep : IDisposable
{
    private const int RowsPerChunk = 16;
    private const float Rate = 1e-3f;

    private readonly ISequenceLayer<float> _layer;
    private readonly SequenceOperation<float> _operation;
    private readonly ChunkRunner _runner;
    private readonly Chunk[] _chunks;
    private readonly Adam<float> _adam;
    private readonly Gradients<float>[] _gradients;

    public LearningStep(ISequenceLayer<float> layer, int batch, int steps, int threads)
    {
        _layer = layer;
        var parameters = new ParameterSet<float>(layer.Parameters);
        layer.Initialize(new Rng(1));
        _operation = new SequenceOperation<float>(layer);
        _runner = new ChunkRunner(threads);
        _adam = new Adam<float>(parameters);
        _chunks = [.. Enumerable.Range(0, batch / RowsPerChunk).Select(chunk => new Chunk(layer, steps, new Rng(2).For(chunk)))];
        _gradients = [.. _chunks.Select(_ => parameters.NewGradients())];
    }

    public void Run()
    {
        _runner.Run(_chunks.Length, Learn);
        Gradients<float> total = GradientSum.Combine(_gradients, 1.0 / _chunks.Length);
        double norm = GradientSum.Norm(total);
        if (norm > 1)
        {
            GradientSum.Scale(total, 1 / norm);
        }

        _adam.Step(total, Rate);
        _layer.Refresh();
    }

    public void Dispose() => _runner.Dispose();

    private void Learn(int index)
    {
        Chunk chunk = _chunks[index];
        Tape<float> tape = chunk.Tape;
        _gradients[index].Values.Clear();
        tape.Reset();
        Variable x = tape.Constant(chunk.Inputs, chunk.Steps * RowsPerChunk, _layer.Inputs);
        Variable elapsed = tape.Constant(chunk.Elapsed, chunk.Steps, RowsPerChunk);
        Variable start = tape.Constant(RowsPerChunk, _layer.StateSize);
        Variable outputs = _operation.Forward(tape, x, elapsed, start, null);
        Variable target = tape.Constant(chunk.Targets, chunk.Steps * RowsPerChunk, _layer.Outputs);
        tape.Backward(tape.Mean(tape.Square(tape.Subtract(outputs, target))), _gradients[index]);
    }

    private sealed class Chunk
    {
        public Chunk(ISequenceLayer<float> layer, int steps, Rng rng)
        {
            Steps = steps;
            Inputs = new float[steps * RowsPerChunk * layer.Inputs];
            Targets = new float[steps * RowsPerChunk * layer.Outputs];
            Elapsed = new float[steps * RowsPerChunk];
            Elapsed.AsSpan().Fill(1);
            rng.Normal(Inputs.AsSpan(), 1);
            rng.Normal(Targets.AsSpan(), 1);
        }

        public Tape<float> Tape { get; } = new();

        public int Steps { get; }

        public float[] Inputs { get; }

        public float[] Targets { get; }

        public float[] Elapsed { get; }
    }
}
