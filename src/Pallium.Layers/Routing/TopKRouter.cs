using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Weights of a choice: the k largest of p = softmax(x), divided by their sum; 0 for all others.</summary>
/// <remarks>
/// Equal p are chosen in the order of their channels. The choice counts as fixed in the reverse pass. Written with logits of the
/// chosen alone, the weights are softmax over these; a single one has weight 1 and its logits no gradient. The record of a slice is the weights.
/// Source: Du et al., 2025 (arXiv 2502.13685), eq. 6; Shazeer et al., ICLR 2017, eq. 3.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TopKRouter<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _chosen;

    /// <summary>Chooses among so many channels.</summary>
    /// <param name="channels">C.</param>
    /// <param name="chosen">k.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or more are to be chosen than there are.</exception>
    public TopKRouter(int channels, int chosen)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(chosen);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(chosen, channels);
        Inputs = channels;
        _chosen = chosen;
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => new(0, 2 * _chosen, 0, 0);

    /// <inheritdoc/>
    protected override int RecordSize => Inputs;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode share = graph.Multiply(graph.Exp(inputs), graph.Largest(inputs, _chosen));
        return (graph.Divide(share, graph.Scatter(share, 1, new int[Inputs])), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            Span<T> weights = records.Slice(slice * Inputs, Inputs);
            Choice.MarkLargest(x, _chosen, weights);
            T greatest = Reduction.Max(x);
            T sum = T.Zero;
            for (int i = 0; i < weights.Length; i++)
            {
                weights[i] = T.IsZero(weights[i]) ? T.Zero : Elementary.Exp(x[i] - greatest);
                sum += weights[i];
            }

            TensorPrimitives.Divide(weights, sum, weights);
            weights.CopyTo(outputs[(slice * Inputs)..]);
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        for (int slice = 0; slice < slices && !gradients.Inputs.IsEmpty; slice++)
        {
            Reduction.SoftmaxBackward(
                pass.Trace.Slice(slice * Inputs, Inputs), gradients.Outputs.Slice(slice * Inputs, Inputs), gradients.Inputs.Slice(slice * Inputs, Inputs));
        }
    }
}
