using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>One window of a layer with everything that it reads and writes. All memory that a layer must not rely on holds NaN.</summary>
internal sealed class LayerRun<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public LayerRun(ISequenceLayer<T> layer, int steps, int rows)
    {
        Layer = layer;
        (Steps, Rows) = (steps, rows);
        Inputs = new T[steps * rows * layer.Inputs];
        Elapsed = new T[steps * rows];
        Start = new T[rows * layer.StateSize];
        Outputs = Unwritten(steps * rows * layer.Outputs);
        Final = Unwritten(rows * layer.StateSize);
        OutputWeights = new T[Outputs.Length];
        FinalWeights = new T[Final.Length];
        InputGradient = new T[Inputs.Length];
        ElapsedGradient = new T[Elapsed.Length];
        StartGradient = new T[Start.Length];
        Auxiliary = new T[layer.AuxiliaryLosses.Count];
        AuxiliaryWeights = new T[Auxiliary.Length];
        Trace = Unwritten(layer.TraceSize(steps, rows));
        Set = new ParameterSet<T>(layer.Parameters);
        Gradients = Set.NewGradients();
        Array.Fill(Elapsed, T.One);
    }

    public ISequenceLayer<T> Layer { get; }

    public int Steps { get; }

    public int Rows { get; }

    public T[] Inputs { get; }

    public T[] Elapsed { get; }

    public T[] Start { get; }

    public T[] Outputs { get; }

    public T[] Final { get; }

    public T[] OutputWeights { get; }

    public T[] FinalWeights { get; }

    /// <summary>The auxiliary losses of the last forward pass.</summary>
    public T[] Auxiliary { get; }

    /// <summary>Their weights in the loss: zero, as such losses may depend on the whole batch, unless a test sets them.</summary>
    public T[] AuxiliaryWeights { get; }

    public T[] InputGradient { get; }

    public T[] ElapsedGradient { get; }

    public T[] StartGradient { get; }

    public T[] Trace { get; }

    public ParameterSet<T> Set { get; }

    public Gradients<T> Gradients { get; }

    public Rng? Noise { get; init; }

    public int FirstRow { get; init; }

    public double Ahead { get; init; }

    /// <summary>Random inputs, elapsed times, start states and loss weights.</summary>
    public LayerRun<T> Fill(ulong seed)
    {
        var rng = new Rng(seed);
        rng.For("inputs").Uniform<T>(Inputs, -1.5, 1.5);
        rng.For("elapsed").Uniform<T>(Elapsed, 0.3, 2);
        rng.For("start").Uniform<T>(Start, -0.5, 0.5);
        for (int row = 0; row < Rows; row++)
        {
            Layer.ConstrainStart(Start.AsSpan(row * Layer.StateSize, Layer.StateSize));
        }

        rng.For("output weights").Uniform<T>(OutputWeights, -1, 1);
        rng.For("final weights").Uniform<T>(FinalWeights, -1, 1);
        return this;
    }

    public LayerRun<T> Forward()
    {
        Auxiliary.AsSpan().Clear();
        Layer.Forward(Pass());
        return this;
    }

    public LayerRun<T> Backward()
    {
        Layer.Backward(Pass(), new SequenceGradients<T>
        {
            Outputs = OutputWeights,
            Final = FinalWeights,
            Auxiliary = AuxiliaryWeights,
            Inputs = InputGradient,
            Elapsed = ElapsedGradient,
            Start = StartGradient,
            Parameters = Gradients,
        });
        return this;
    }

    /// <summary>Σ weights · outputs + Σ weights · final states + Σ weights · auxiliary losses.</summary>
    public T Loss()
    {
        Forward();
        T sum = T.Zero;
        for (int i = 0; i < Outputs.Length; i++)
        {
            sum += OutputWeights[i] * Outputs[i];
        }

        for (int i = 0; i < Final.Length; i++)
        {
            sum += FinalWeights[i] * Final[i];
        }

        for (int i = 0; i < Auxiliary.Length; i++)
        {
            sum += AuxiliaryWeights[i] * Auxiliary[i];
        }

        return sum;
    }

    /// <summary>The window of one row.</summary>
    public LayerRun<T> Row(int row)
    {
        var run = new LayerRun<T>(Layer, Steps, 1) { FirstRow = FirstRow + row, Noise = Noise };
        Columns(Inputs, row).CopyTo(run.Inputs, 0);
        Columns(Elapsed, row).CopyTo(run.Elapsed, 0);
        Columns(OutputWeights, row).CopyTo(run.OutputWeights, 0);
        RowOf(Start, row).CopyTo(run.Start, 0);
        RowOf(FinalWeights, row).CopyTo(run.FinalWeights, 0);
        return run;
    }

    /// <summary>The window of some steps, beginning in given states.</summary>
    public LayerRun<T> Part(int first, int steps, T[] start)
    {
        var run = new LayerRun<T>(Layer, steps, Rows);
        Inputs.AsSpan(first * Rows * Layer.Inputs, run.Inputs.Length).CopyTo(run.Inputs);
        Elapsed.AsSpan(first * Rows, run.Elapsed.Length).CopyTo(run.Elapsed);
        OutputWeights.AsSpan(first * Rows * Layer.Outputs, run.OutputWeights.Length).CopyTo(run.OutputWeights);
        start.CopyTo(run.Start, 0);
        return run;
    }

    /// <summary>One row of [T, B, ·].</summary>
    public T[] Columns(T[] values, int row)
    {
        int width = values.Length / (Steps * Rows);
        return [.. Enumerable.Range(0, Steps).SelectMany(step => values.Skip(((step * Rows) + row) * width).Take(width))];
    }

    /// <summary>One row of [B, ·].</summary>
    public T[] RowOf(T[] values, int row)
    {
        int width = values.Length / Rows;
        return values[(row * width)..((row + 1) * width)];
    }

    public static T[] Unwritten(int length)
    {
        var values = new T[length];
        Array.Fill(values, T.NaN);
        return values;
    }

    private SequencePass<T> Pass() => new()
    {
        Steps = Steps,
        Rows = Rows,
        Inputs = Inputs,
        Elapsed = Elapsed,
        Start = Start,
        Outputs = Outputs,
        Final = Final,
        Trace = Trace,
        Scratch = Unwritten(Layer.PassScratch(Steps, Rows)),
        Auxiliary = Auxiliary,
        Noise = Noise,
        FirstRow = FirstRow,
        Ahead = Ahead,
    };
}
