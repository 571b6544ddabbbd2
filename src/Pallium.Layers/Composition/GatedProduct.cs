using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = a f(g) for inputs a | g of C channels each: a gate of its own input, f being SiLU or a sigmoid.</summary>
/// <remarks>The record of a slice is f(g).</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GatedProduct<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ActivationKind _kind;
    private readonly ActivationFunction<T> _function;

    /// <summary>Gates so many channels.</summary>
    /// <param name="channels">C.</param>
    /// <param name="kind">f: <see cref="ActivationKind.Silu"/> or <see cref="ActivationKind.Sigmoid"/>.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels, or f is another function.</exception>
    public GatedProduct(int channels, ActivationKind kind = ActivationKind.Silu)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        if (kind is not (ActivationKind.Silu or ActivationKind.Sigmoid))
        {
            throw new ArgumentOutOfRangeException(nameof(kind), kind, "A gate is a SiLU or a sigmoid.");
        }

        Outputs = channels;
        _kind = kind;
        _function = ActivationFunction<T>.Of(kind);
    }

    /// <inheritdoc/>
    public override int Inputs => 2 * Outputs;

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => new(Outputs, Outputs, 0, 0);

    /// <inheritdoc/>
    protected override int RecordSize => Outputs;

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => Outputs;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode gate = graph.Slice(inputs, Outputs, Outputs);
        StepNode open = graph.Sigmoid(gate);
        StepNode factor = _kind == ActivationKind.Silu ? graph.Multiply(gate, open) : open;
        return (graph.Multiply(graph.Slice(inputs, 0, Outputs), factor), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            Span<T> factor = records.Slice(slice * Outputs, Outputs);
            _function.Map(x[Outputs..], factor);
            TensorPrimitives.Multiply(x[..Outputs], factor, outputs.Slice(slice * Outputs, Outputs));
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        Span<T> dFactor = pass.Scratch[..Outputs];
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = pass.Inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(slice * Outputs, Outputs);
            Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> factor = pass.Trace.Slice(slice * Outputs, Outputs);
            TensorPrimitives.FusedMultiplyAdd(dy, factor, dx[..Outputs], dx[..Outputs]);
            TensorPrimitives.Multiply(dy, x[..Outputs], dFactor);
            _function.Reverse(_function.ReversesFromOutput ? factor : x[Outputs..], dFactor, dx[Outputs..]);
        }
    }
}
