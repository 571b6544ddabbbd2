using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A layer that sees x and d = x[t-1] - x[t] of every slice, and remembers nothing else: its state row is the last x, [I].</summary>
/// <remarks>A window is one function of all its slices, since every d is known beforehand; the trace holds d, [T, B, I], and what the function keeps.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class TokenShiftLayer<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected TokenShiftLayer(int inputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        Inputs = inputs;
    }

    /// <inheritdoc/>
    public int Inputs { get; }

    /// <inheritdoc/>
    public abstract int Outputs { get; }

    /// <inheritdoc/>
    public int StateSize => Inputs;

    /// <inheritdoc/>
    public abstract IEnumerable<(string Name, Parameter<T> Parameter)> Parameters { get; }

    /// <inheritdoc/>
    public abstract LayerCost Cost { get; }

    /// <summary>Numbers that <see cref="Mix"/> keeps per slice.</summary>
    private protected virtual int RecordSize => 0;

    /// <inheritdoc/>
    public abstract void Initialize(Rng rng);

    /// <inheritdoc/>
    public abstract void Refresh();

    /// <inheritdoc/>
    public int StepScratch(int rows) => TraceSize(1, rows);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        var carver = new SpanCarver<T>(scratch);
        Span<T> differences = carver.Take(rows * Inputs);
        TensorPrimitives.Subtract(states, inputs, differences);
        Mix(rows, inputs, differences, outputs, carver.Rest);
        inputs.CopyTo(states);
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => checked(SpanCarver.Room(steps * rows * Inputs) + (steps * rows * RecordSize));

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows) => checked(SpanCarver.Room(steps * rows * Inputs) + MixScratch(steps * rows));

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        int rows = pass.Rows * Inputs;
        var carver = new SpanCarver<T>(pass.Trace);
        Span<T> differences = carver.Take(pass.Inputs.Length);
        TensorPrimitives.Subtract(pass.Start, pass.Inputs[..rows], differences);
        TensorPrimitives.Subtract(pass.Inputs[..^rows], pass.Inputs[rows..], differences[rows..]);
        Mix(pass.Steps * pass.Rows, pass.Inputs, differences, pass.Outputs, carver.Rest);
        pass.Inputs[^rows..].CopyTo(pass.Final);
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int rows = pass.Rows * Inputs;
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dDifferences = carver.Take(pass.Inputs.Length);
        dDifferences.Clear();
        MixBackward(pass, gradients, dDifferences, carver.Rest);
        Span<T> dx = gradients.Inputs;
        if (!dx.IsEmpty)
        {
            TensorPrimitives.Subtract(dx, dDifferences, dx);
            TensorPrimitives.Add(dx[..^rows], dDifferences[rows..], dx[..^rows]);
            if (!gradients.Final.IsEmpty)
            {
                TensorPrimitives.Add(dx[^rows..], gradients.Final, dx[^rows..]);
            }
        }

        StateRows.Add(pass.Rows, StateSize, 0, StateSize, dDifferences[..rows], gradients.Start);
    }

    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        ArgumentNullException.ThrowIfNull(state);
        return (DescribeMix(graph, inputs, graph.Subtract(state, inputs)), inputs);
    }

    /// <summary>Scratch that <see cref="MixBackward"/> needs.</summary>
    private protected virtual int MixScratch(int slices) => 0;

    /// <summary>y of every slice.</summary>
    /// <param name="slices">N.</param>
    /// <param name="inputs">x, [N, I].</param>
    /// <param name="differences">d, [N, I].</param>
    /// <param name="outputs">[N, O], overwritten.</param>
    /// <param name="records">[N, R], overwritten.</param>
    private protected abstract void Mix(int slices, ReadOnlySpan<T> inputs, ReadOnlySpan<T> differences, Span<T> outputs, Span<T> records);

    /// <summary>Reverse of <see cref="Mix"/>: adds to the gradients of parameters, of x as far as it does not come through d, and to <paramref name="dDifferences"/>, [N, I].</summary>
    private protected abstract void MixBackward(in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dDifferences, Span<T> scratch);

    /// <summary><see cref="Mix"/> of one slice as a part of the graph.</summary>
    private protected abstract StepNode DescribeMix(StepGraph<T> graph, StepNode inputs, StepNode difference);

    /// <summary>d of all slices of a pass, [N, I].</summary>
    private protected static ReadOnlySpan<T> Differences(in SequencePass<T> pass) => pass.Trace[..pass.Inputs.Length];

    /// <summary>What <see cref="Mix"/> kept of all slices of a pass, [N, R].</summary>
    private protected static Span<T> Records(in SequencePass<T> pass) => pass.Trace[SpanCarver.Room(pass.Inputs.Length)..];
}
