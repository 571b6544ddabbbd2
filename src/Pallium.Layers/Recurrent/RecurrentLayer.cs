using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A layer whose learning form is its streaming form, step after step, with what each slice computed kept in a record.</summary>
/// <remarks>
/// The trace holds one record per step; most layers make it of one record of R numbers per slice, [T, B, R], so that the
/// reverse pass forms weight gradients as one product over all slices. In streaming the record is scratch. The two forms
/// thus give the same bits.
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

    /// <summary>
    /// Steps whose gradients the reverse pass keeps before it turns them into weight gradients: about 128 slices, which
    /// stay in the processor's second cache until the product reads them.
    /// </summary>
    private protected static int StepsPerBlock(int rows) => Math.Max(1, 128 / Math.Max(1, rows));

    /// <summary>Slices of a block of steps, at most.</summary>
    private protected static int SlicesPerBlock(int steps, int rows) => Math.Min(steps, StepsPerBlock(rows)) * rows;

    /// <summary>Numbers kept per step of B rows.</summary>
    protected abstract int RecordSize(int rows);

    /// <inheritdoc/>
    public abstract void Initialize(Rng rng);

    /// <inheritdoc/>
    public abstract void Refresh();

    /// <inheritdoc/>
    public virtual void ConstrainStart(Span<T> start)
    {
    }

    /// <inheritdoc/>
    public int StepScratch(int rows) => RecordSize(rows);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        this.CheckStep(inputs, elapsed, states, outputs, scratch);
        Advance(inputs, elapsed, states, outputs, scratch);
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => checked(steps * RecordSize(rows));

    /// <inheritdoc/>
    public abstract int PassScratch(int steps, int rows);

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        int rows = pass.Rows;
        int record = RecordSize(rows);
        pass.Start.CopyTo(pass.Final);
        for (int step = 0; step < pass.Steps; step++)
        {
            int first = step * rows;
            Advance(
                pass.Inputs.Slice(first * Inputs, rows * Inputs),
                pass.Elapsed.Slice(first, rows),
                pass.Final,
                pass.Outputs.Slice(first * Outputs, rows * Outputs),
                pass.Trace.Slice(step * record, record));
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
    /// <param name="records">What the step keeps, overwritten.</param>
    protected abstract void Advance(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> records);
}
