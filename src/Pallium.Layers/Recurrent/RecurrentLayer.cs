using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A layer whose learning form is its streaming form, step after step, with what each slice computed kept in a record.</summary>
/// <remarks>
/// The trace is [T, B, R], one record of R numbers per slice, so that the reverse pass forms weight gradients as one
/// product over all slices. In streaming the records are scratch. The two forms thus give the same bits.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public abstract class RecurrentLayer<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public abstract int Inputs { get; }

    /// <inheritdoc/>
    public abstract int Outputs { get; }

    /// <inheritdoc/>
    public abstract int StateSize { get; }

    /// <inheritdoc/>
    public abstract IEnumerable<(string Name, Parameter<T> Parameter)> Parameters { get; }

    /// <inheritdoc/>
    public abstract LayerCost Cost { get; }

    /// <summary>R, numbers kept per slice; a multiple of 16.</summary>
    protected abstract int RecordSize { get; }

    /// <inheritdoc/>
    public abstract void Initialize(Rng rng);

    /// <inheritdoc/>
    public abstract void Refresh();

    /// <inheritdoc/>
    public int StepScratch(int rows) => checked(rows * RecordSize);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        this.CheckStep(inputs, elapsed, states, outputs, scratch);
        Advance(inputs, elapsed, states, outputs, scratch);
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => checked(steps * rows * RecordSize);

    /// <inheritdoc/>
    public abstract int PassScratch(int steps, int rows);

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        int rows = pass.Rows;
        pass.Start.CopyTo(pass.Final);
        for (int step = 0; step < pass.Steps; step++)
        {
            int first = step * rows;
            Advance(
                pass.Inputs.Slice(first * Inputs, rows * Inputs),
                pass.Elapsed.Slice(first, rows),
                pass.Final,
                pass.Outputs.Slice(first * Outputs, rows * Outputs),
                pass.Trace.Slice(first * RecordSize, rows * RecordSize));
        }
    }

    /// <inheritdoc/>
    public abstract void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients);

    /// <inheritdoc/>
    public abstract (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state);

    /// <summary>One step of B rows.</summary>
    /// <param name="inputs">[B, I].</param>
    /// <param name="elapsed">[B].</param>
    /// <param name="states">[B, S], advanced in place.</param>
    /// <param name="outputs">[B, O], overwritten.</param>
    /// <param name="records">[B, R], overwritten.</param>
    protected abstract void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records);
}
