using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A layer without memory: the same function of every slice, so that a window is only a longer batch.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class PositionwiseLayer<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public abstract int Inputs { get; }

    /// <inheritdoc/>
    public virtual int Outputs => Inputs;

    /// <inheritdoc/>
    public int StateSize => 0;

    /// <inheritdoc/>
    public abstract IEnumerable<(string Name, Parameter<T> Parameter)> Parameters { get; }

    /// <inheritdoc/>
    public abstract LayerCost Cost { get; }

    /// <inheritdoc/>
    public virtual IReadOnlyList<string> AuxiliaryLosses => [];

    /// <summary>Numbers kept per slice for the reverse pass; also what a step needs as scratch.</summary>
    protected virtual int RecordSize => 0;

    /// <inheritdoc/>
    public abstract void Initialize(Rng rng);

    /// <inheritdoc/>
    public abstract void Refresh();

    /// <inheritdoc/>
    public int StepScratch(int rows) => checked(rows * RecordSize);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        Apply(rows, inputs, outputs, scratch);
    }

    /// <inheritdoc/>
    public virtual int TraceSize(int steps, int rows) => checked(steps * rows * RecordSize);

    /// <inheritdoc/>
    public virtual int PassScratch(int steps, int rows) => 0;

    /// <inheritdoc/>
    public virtual void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        Apply(pass.Steps * pass.Rows, pass.Inputs, pass.Outputs, pass.Trace);
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        ApplyBackward(pass.Steps * pass.Rows, pass, gradients);
    }

    /// <inheritdoc/>
    public abstract (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state);

    /// <summary>y of every slice.</summary>
    /// <param name="slices">Number of slices N.</param>
    /// <param name="inputs">x, [N, I].</param>
    /// <param name="outputs">y, [N, O], overwritten.</param>
    /// <param name="records">[N, R], overwritten.</param>
    protected abstract void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records);

    /// <summary>Reverse of <see cref="Apply"/>; adds to the gradients of parameters and, where wanted, inputs.</summary>
    protected abstract void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients);
}
