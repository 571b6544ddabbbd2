using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = (a + b) g for inputs a | b | g of C channels each.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class GatedSum<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Gates so many channels.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are none.</exception>
    public GatedSum(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        Outputs = channels;
    }

    /// <inheritdoc/>
    public override int Inputs => 3 * Outputs;

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => new(Outputs, 0, 0, 0);

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode sum = graph.Add(graph.Slice(inputs, 0, Outputs), graph.Slice(inputs, Outputs, Outputs));
        return (graph.Multiply(sum, graph.Slice(inputs, 2 * Outputs, Outputs)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            TensorPrimitives.AddMultiply(x[..Outputs], x.Slice(Outputs, Outputs), x[(2 * Outputs)..], outputs.Slice(slice * Outputs, Outputs));
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        for (int slice = 0; slice < slices && !gradients.Inputs.IsEmpty; slice++)
        {
            ReadOnlySpan<T> x = pass.Inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(slice * Outputs, Outputs);
            Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> gate = x[(2 * Outputs)..];
            Span<T> dGate = dx[(2 * Outputs)..];
            for (int summand = 0; summand < 2; summand++)
            {
                Span<T> dSummand = dx.Slice(summand * Outputs, Outputs);
                TensorPrimitives.FusedMultiplyAdd(dy, gate, dSummand, dSummand);
                TensorPrimitives.FusedMultiplyAdd(dy, x.Slice(summand * Outputs, Outputs), dGate, dGate);
            }
        }
    }
}
