using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A layer around one block, whose sizes, parameters and streaming form it has unless it says otherwise.</summary>
/// <typeparam name="T">float or double.</typeparam>
public abstract class EnclosingLayer<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private protected EnclosingLayer(ISequenceLayer<T> block)
    {
        ArgumentNullException.ThrowIfNull(block);
        Block = block;
    }

    /// <summary>The block inside.</summary>
    public ISequenceLayer<T> Block { get; }

    /// <inheritdoc/>
    public int Inputs => Block.Inputs;

    /// <inheritdoc/>
    public int Outputs => Block.Outputs;

    /// <inheritdoc/>
    public int StateSize => Block.StateSize;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => Block.Parameters;

    /// <inheritdoc/>
    public LayerCost Cost => Block.Cost;

    /// <inheritdoc/>
    public IReadOnlyList<string> AuxiliaryLosses => Block.AuxiliaryLosses;

    /// <inheritdoc/>
    public void Initialize(Rng rng) => Block.Initialize(rng);

    /// <inheritdoc/>
    public void Refresh() => Block.Refresh();

    /// <inheritdoc/>
    public void ConstrainStart(Span<T> start) => Block.ConstrainStart(start);

    /// <inheritdoc/>
    public int StepScratch(int rows) => Block.StepScratch(rows);

    /// <inheritdoc/>
    public virtual void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch) =>
        Block.Step(inputs, elapsed, states, outputs, scratch);

    /// <inheritdoc/>
    public abstract int TraceSize(int steps, int rows);

    /// <inheritdoc/>
    public virtual int PassScratch(int steps, int rows) => Block.PassScratch(steps, rows);

    /// <inheritdoc/>
    public abstract void Forward(in SequencePass<T> pass);

    /// <inheritdoc/>
    public abstract void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients);

    /// <inheritdoc/>
    public virtual (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state) =>
        Block.Describe(graph, inputs, elapsed, state);
}
