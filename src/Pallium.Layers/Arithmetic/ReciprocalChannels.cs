using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y = x | r(x), r(x) = x/(x² + ε²): the channels, and after them their reciprocals.</summary>
/// <remarks>r is 1/x but for a share (ε/x)² of it; near 0 it turns back to 0 and stays within ±1/(2ε), so that no input gives an infinity.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ReciprocalChannels<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _guard;

    /// <summary>Reciprocals of so many channels.</summary>
    /// <param name="channels">C.</param>
    /// <param name="guard">ε, positive.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    public ReciprocalChannels(int channels, double guard)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(guard);
        Inputs = channels;
        _guard = T.CreateChecked(guard * guard);
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs => 2 * Inputs;

    /// <inheritdoc/>
    public override LayerCost Cost => new(Inputs, Inputs, 0, 0);

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode square = graph.Add(graph.Multiply(inputs, inputs), graph.Constant(_guard));
        return (graph.Concatenate(inputs, graph.Apply(StepOperation.Divide, inputs, square)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            Span<T> y = outputs.Slice(slice * Outputs, Outputs);
            x.CopyTo(y);
            for (int i = 0; i < x.Length; i++)
            {
                y[Inputs + i] = x[i] / T.FusedMultiplyAdd(x[i], x[i], _guard);
            }
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
            for (int i = 0; i < x.Length; i++)
            {
                T square = T.FusedMultiplyAdd(x[i], x[i], _guard);
                T slope = T.FusedMultiplyAdd(-x[i], x[i], _guard) / square / square;
                dx[i] += T.FusedMultiplyAdd(dy[Inputs + i], slope, dy[i]);
            }
        }
    }
}
