using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = x + block(x).</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Residual<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ISequenceLayer<T> _block;

    /// <summary>Goes around a block.</summary>
    /// <exception cref="ArgumentException">The block does not write as many channels as it reads.</exception>
    public Residual(ISequenceLayer<T> block)
    {
        ArgumentNullException.ThrowIfNull(block);
        if (block.Inputs != block.Outputs)
        {
            throw new ArgumentException($"The block of a residual reads {block.Inputs} channels and writes {block.Outputs}; both must be equal.", nameof(block));
        }

        _block = block;
    }

    /// <summary>The block inside.</summary>
    public ISequenceLayer<T> Block => _block;

    /// <inheritdoc/>
    public int Inputs => _block.Inputs;

    /// <inheritdoc/>
    public int Outputs => _block.Outputs;

    /// <inheritdoc/>
    public int StateSize => _block.StateSize;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => _block.Parameters;

    /// <inheritdoc/>
    public LayerCost Cost => _block.Cost;

    /// <inheritdoc/>
    public IReadOnlyList<string> AuxiliaryLosses => _block.AuxiliaryLosses;

    /// <inheritdoc/>
    public void Initialize(Rng rng) => _block.Initialize(rng);

    /// <inheritdoc/>
    public void Refresh() => _block.Refresh();

    /// <inheritdoc/>
    public void ConstrainStart(Span<T> start) => _block.ConstrainStart(start);

    /// <inheritdoc/>
    public int StepScratch(int rows) => _block.StepScratch(rows);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        this.CheckStep(inputs, elapsed, states, outputs, scratch);
        _block.Step(inputs, elapsed, states, outputs, scratch);
        TensorPrimitives.Add(outputs, inputs, outputs);
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => SpanCarver.Room(steps * rows * Outputs) + _block.TraceSize(steps, rows);

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows) => _block.PassScratch(steps, rows);

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        SequencePass<T> inner = InnerPass(pass);
        _block.Forward(inner);
        TensorPrimitives.Add(pass.Inputs, inner.Outputs, pass.Outputs);
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        _block.Backward(InnerPass(pass), gradients);
        if (!gradients.Inputs.IsEmpty)
        {
            TensorPrimitives.Add(gradients.Inputs, gradients.Outputs, gradients.Inputs);
        }
    }

    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        (StepNode outputs, StepNode? next) = _block.Describe(graph, inputs, elapsed, state);
        return (graph.Add(outputs, inputs), next);
    }

    private static SequencePass<T> InnerPass(in SequencePass<T> pass)
    {
        var carver = new SpanCarver<T>(pass.Trace);
        return pass with { Outputs = carver.Take(pass.Outputs.Length), Trace = carver.Rest };
    }
}
