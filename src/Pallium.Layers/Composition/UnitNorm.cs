using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="UnitNorm{T}"/> is made from.</summary>
/// <param name="Channels">Channels of x and y.</param>
public sealed record UnitNormOptions(int Channels)
{
    /// <summary>Groups of equally many consecutive channels, each of which gets length one: heads.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Added to the square of the length.</summary>
    public double Epsilon { get; init; } = 1e-6;
}

/// <summary>y = x / √(Σx² + ε) over each group of channels: keys and queries on the unit sphere.</summary>
/// <remarks>The record of a slice is 1/√(Σx² + ε), one for each group.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class UnitNorm<T> : ParameterFreeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _groups;
    private readonly int _width;
    private readonly T _epsilon;

    /// <summary>Creates the layer.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size or ε is not positive.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public UnitNorm(UnitNormOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Epsilon);
        _width = ChannelGroups.Width(options.Channels, options.Groups);
        _groups = options.Groups;
        _epsilon = T.CreateChecked(options.Epsilon);
        Inputs = options.Channels;
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override LayerCost Cost => new(2 * Inputs, 2 * _groups, 0, 0);

    /// <inheritdoc/>
    protected override int RecordSize => _groups;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        int[] groupOf = [.. Enumerable.Range(0, Inputs).Select(channel => channel / _width)];
        StepNode squares = graph.Scatter(graph.Multiply(inputs, inputs), _groups, groupOf);
        StepNode lengths = graph.Apply(StepOperation.Sqrt, graph.Add(squares, graph.Constant(_epsilon)));
        return (graph.Divide(inputs, graph.Gather(lengths, groupOf)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int group = 0; group < slices * _groups; group++)
        {
            ReadOnlySpan<T> x = inputs.Slice(group * _width, _width);
            records[group] = T.One / T.Sqrt(Reduction.SumOfSquares(x) + _epsilon);
            TensorPrimitives.Multiply(x, records[group], outputs.Slice(group * _width, _width));
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        for (int group = 0; group < slices * _groups; group++)
        {
            // With y = x s: dx += s dy - x s³ (x · dy).
            ReadOnlySpan<T> x = pass.Inputs.Slice(group * _width, _width);
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(group * _width, _width);
            Span<T> dx = gradients.Inputs.Slice(group * _width, _width);
            T scale = pass.Trace[group];
            TensorPrimitives.FusedMultiplyAdd(dy, scale, dx, dx);
            TensorPrimitives.FusedMultiplyAdd(x, -scale * scale * scale * Reduction.Dot(x, dy), dx, dx);
        }
    }
}
