using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>What is to be reckoned with two of the inputs.</summary>
internal enum ArithmeticOperation
{
    /// <summary>a + b.</summary>
    Add,

    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a·b.</summary>
    Multiply,

    /// <summary>a/b.</summary>
    Divide,
}

/// <summary>One unit learns to take two of ten numbers, which two being drawn once, and to reckon with them.</summary>
/// <remarks>
/// All ten are uniform in the same range and drawn afresh for every update. The loss is the squared error divided by the mean square of what is
/// asked, so that its size is the same for all operations; the units' auxiliary losses are added.
/// </remarks>
internal sealed class ArithmeticTask : ILearningTask<float>
{
    public const int Inputs = 10;
    private const int ChunkRows = 16;
    private const int ValidationRows = 1024;
    private static readonly (double Least, double Most) Learned = (1, 10);
    private static readonly float[] Elapsed = [.. Enumerable.Repeat(1f, ValidationRows)];
    private readonly ISequenceLayer<float> _layer;
    private readonly ArithmeticOperation _operation;
    private readonly Rng _rng;
    private readonly Chunk[] _chunks;
    private readonly Chunk _validation;
    private readonly float _scale;
    private readonly (int A, int B) _chosen;
    private double _ahead;

    public ArithmeticTask(ISequenceLayer<float> layer, ArithmeticOperation operation, int batch, Rng rng)
    {
        (_layer, _operation, _rng) = (layer, operation, rng);
        Rng choice = rng.For("inputs");
        int first = choice.Below(Inputs);
        _chosen = (first, (first + 1 + choice.Below(Inputs - 1)) % Inputs);
        Parameters = new ParameterSet<float>(layer.Parameters);
        layer.Initialize(rng.For("weights"));
        _chunks = [.. Enumerable.Range(0, batch / ChunkRows).Select(_ => new Chunk(layer, ChunkRows))];
        _validation = new Chunk(layer, ValidationRows);
        Draw(_validation, rng.For("validation"), Learned);
        _scale = (float)(ValidationRows / _validation.Targets.Sum(y => (double)y * y));
    }

    public ParameterSet<float> Parameters { get; }

    public int Chunks => _chunks.Length;

    public int SlicesPerStep => _chunks.Length * ChunkRows;

    public void Refresh() => _layer.Refresh();

    public void Begin(long step, double ahead) => _ahead = ahead;

    public ChunkLoss Learn(long step, int chunk, Gradients<float> gradients)
    {
        Chunk own = _chunks[chunk];
        Draw(own, _rng.For("learning").For(step).For(chunk), Learned);
        own.Forward(_ahead);
        double loss = 0;
        for (int i = 0; i < own.Targets.Length; i++)
        {
            float error = own.Outputs[i] - own.Targets[i];
            loss += (double)error * error * _scale;
            own.OutputGradient[i] = 2 * error * _scale;
        }

        own.Backward(_ahead, gradients);
        return new ChunkLoss(loss, own.Targets.Length);
    }

    public double Validate(ChunkRunner runner)
    {
        _validation.Forward(ahead: 0);
        return _scale * _validation.Outputs.Zip(_validation.Targets, (found, asked) => ((double)found - asked) * (found - asked)).Average();
    }

    /// <summary>Errors of 1024 fresh sets of numbers in a range.</summary>
    /// <returns>The sum of absolute errors over the sum of absolute values asked, and the worst error of one set relative to its own value.</returns>
    public (double Error, double Worst) Test(double least, double most)
    {
        var test = new Chunk(_layer, ValidationRows);
        Draw(test, _rng.For("test"), (least, most));
        test.Forward(ahead: 0);
        double[] errors = [.. test.Outputs.Zip(test.Targets, (found, asked) => Math.Abs((double)found - asked))];
        return (errors.Sum() / test.Targets.Sum(y => Math.Abs((double)y)), errors.Zip(test.Targets, (error, asked) => error / Math.Abs((double)asked)).Max());
    }

    private void Draw(Chunk chunk, Rng rng, (double Least, double Most) range)
    {
        rng.Uniform<float>(chunk.Inputs, range.Least, range.Most);
        for (int row = 0; row < chunk.Targets.Length; row++)
        {
            float a = chunk.Inputs[(row * Inputs) + _chosen.A];
            float b = chunk.Inputs[(row * Inputs) + _chosen.B];
            chunk.Targets[row] = _operation switch
            {
                ArithmeticOperation.Add => a + b,
                ArithmeticOperation.Subtract => a - b,
                ArithmeticOperation.Multiply => a * b,
                _ => a / b,
            };
        }
    }

    /// <summary>Some sets of numbers and everything that the layer's learning form reads and writes for them.</summary>
    private sealed class Chunk(ISequenceLayer<float> layer, int rows)
    {
        private readonly float[] _trace = new float[layer.TraceSize(1, rows)];
        private readonly float[] _scratch = new float[layer.PassScratch(1, rows)];
        private readonly float[] _auxiliary = new float[layer.AuxiliaryLosses.Count];
        private readonly float[] _auxiliaryGradient = [.. layer.AuxiliaryLosses.Select(_ => 1f)];

        public float[] Inputs { get; } = new float[rows * ArithmeticTask.Inputs];

        public float[] Targets { get; } = new float[rows];

        public float[] Outputs { get; } = new float[rows];

        public float[] OutputGradient { get; } = new float[rows];

        public void Forward(double ahead) => layer.Forward(Pass(ahead));

        public void Backward(double ahead, Gradients<float> gradients) => layer.Backward(
            Pass(ahead), new SequenceGradients<float> { Outputs = OutputGradient, Auxiliary = _auxiliaryGradient, Parameters = gradients });

        private SequencePass<float> Pass(double ahead) => new()
        {
            Steps = 1,
            Rows = rows,
            Inputs = Inputs,
            Elapsed = Elapsed.AsSpan(0, rows),
            Start = [],
            Outputs = Outputs,
            Final = [],
            Trace = _trace,
            Scratch = _scratch,
            Auxiliary = _auxiliary,
            Ahead = ahead,
        };
    }
}
