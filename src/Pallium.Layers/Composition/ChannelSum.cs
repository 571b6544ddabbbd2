using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y[c] = Σ over g of x[g C + c]: the sum of G groups of C channels, in order.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ChannelSum<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _groups;

    /// <summary>Sums so many groups.</summary>
    /// <param name="channels">C.</param>
    /// <param name="groups">G.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public ChannelSum(int channels, int groups)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        Inputs = checked(channels * groups);
        Outputs = channels;
        _groups = groups;
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => new(Inputs - Outputs, 0, 0, 0);

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return (graph.Scatter(inputs, Outputs, [.. Enumerable.Range(0, Inputs).Select(channel => channel % Outputs)]), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            Span<T> y = outputs.Slice(slice * Outputs, Outputs);
            x[..Outputs].CopyTo(y);
            for (int group = 1; group < _groups; group++)
            {
                TensorPrimitives.Add(y, x.Slice(group * Outputs, Outputs), y);
            }
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        for (int group = 0; group < slices * _groups && !gradients.Inputs.IsEmpty; group++)
        {
            Span<T> dx = gradients.Inputs.Slice(group * Outputs, Outputs);
            TensorPrimitives.Add(dx, gradients.Outputs.Slice(group / _groups * Outputs, Outputs), dx);
        }
    }
}
