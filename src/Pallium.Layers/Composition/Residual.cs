using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = x + block(x).</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Residual<T> : EnclosingLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Goes around a block.</summary>
    /// <exception cref="ArgumentException">The block does not write as many channels as it reads.</exception>
    public Residual(ISequenceLayer<T> block)
        : base(block)
    {
        if (block.Inputs != block.Outputs)
        {
            throw new ArgumentException($"The block of a residual reads {block.Inputs} channels and writes {block.Outputs}; both must be equal.", nameof(block));
        }
    }

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        this.CheckStep(inputs, elapsed, states, outputs, scratch);
        Block.Step(inputs, elapsed, states, outputs, scratch);
        TensorPrimitives.Add(outputs, inputs, outputs);
    }

    /// <inheritdoc/>
    public override int TraceSize(int steps, int rows) => SpanCarver.Room(steps * rows * Outputs) + Block.TraceSize(steps, rows);

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        SequencePass<T> inner = InnerPass(pass);
        Block.Forward(inner);
        TensorPrimitives.Add(pass.Inputs, inner.Outputs, pass.Outputs);
    }

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        Block.Backward(InnerPass(pass), gradients);
        if (!gradients.Inputs.IsEmpty)
        {
            TensorPrimitives.Add(gradients.Inputs, gradients.Outputs, gradients.Inputs);
        }
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        (StepNode outputs, StepNode? next) = Block.Describe(graph, inputs, elapsed, state);
        return (graph.Add(outputs, inputs), next);
    }

    private static SequencePass<T> InnerPass(in SequencePass<T> pass)
    {
        var carver = new SpanCarver<T>(pass.Trace);
        return pass with { Outputs = carver.Take(pass.Outputs.Length), Trace = carver.Rest };
    }
}
