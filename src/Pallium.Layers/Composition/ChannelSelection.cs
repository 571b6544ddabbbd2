using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y[i] = x[index[i]]: channels put in another order, left out, or given more than once.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ChannelSelection<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly (int Start, int Length)[] _runs;

    /// <summary>Gives runs of consecutive channels of x one after another.</summary>
    /// <param name="inputs">Channels of x.</param>
    /// <param name="runs">First channel and number of channels of each run.</param>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive, or a run lies outside x.</exception>
    public ChannelSelection(int inputs, params (int Start, int Length)[] runs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentNullException.ThrowIfNull(runs);
        foreach ((int start, int length) in runs)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(start, nameof(runs));
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length, nameof(runs));
            ArgumentOutOfRangeException.ThrowIfGreaterThan(start + length, inputs, nameof(runs));
        }

        Inputs = inputs;
        Outputs = runs.Sum(run => run.Length);
        _runs = [.. runs];
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => default;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return (graph.Gather(inputs, [.. _runs.SelectMany(run => Enumerable.Range(run.Start, run.Length))]), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            Span<T> y = outputs.Slice(slice * Outputs, Outputs);
            foreach ((int start, int length) in _runs)
            {
                x.Slice(start, length).CopyTo(y);
                y = y[length..];
            }
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        for (int slice = 0; slice < slices; slice++)
        {
            Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(slice * Outputs, Outputs);
            foreach ((int start, int length) in _runs)
            {
                Span<T> target = dx.Slice(start, length);
                TensorPrimitives.Add(target, dy[..length], target);
                dy = dy[length..];
            }
        }
    }
}
