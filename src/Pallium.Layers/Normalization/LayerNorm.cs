using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="LayerNorm{T}"/> is made from.</summary>
/// <param name="Channels">Channels of x and y.</param>
public sealed record LayerNormOptions(int Channels)
{
    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>y = w (x - mean) / √(variance + ε) + b over the channels of every slice; parameters w, b [C].</summary>
/// <remarks>The variance is that of the slice itself, divided by C. Source: Ba, Kiros and Hinton, 2016 (arXiv 1607.06450), eq. 4.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LayerNorm<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly T _epsilon;
    private readonly T _count;
    private readonly Parameter<T> _gain;
    private readonly Parameter<T> _bias;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels, or ε is not positive.</exception>
    public LayerNorm(LayerNormOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Epsilon);
        Inputs = options.Channels;
        _epsilon = T.CreateChecked(options.Epsilon);
        _count = T.CreateChecked(Inputs);
        _gain = new(Inputs);
        _bias = new(Inputs);
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("w", _gain), ("b", _bias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(4 * Inputs, 2, 2 * Inputs * Unsafe.SizeOf<T>(), 0);

    /// <summary>The slice's scale and x̂ = (x - mean) scale.</summary>
    protected override int RecordSize => 1 + Inputs;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        _gain.Values.Fill(T.One);
        _bias.Values.Clear();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => Inputs;

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        var average = new T[Inputs];
        Array.Fill(average, T.One / _count);
        StepNode centred = graph.Apply(StepOperation.Subtract, inputs, graph.Affine(graph.Constant(average), inputs));
        StepNode variance = graph.Affine(graph.Constant(average), graph.Apply(StepOperation.Multiply, centred, centred));
        StepNode root = graph.Apply(StepOperation.Sqrt, graph.Apply(StepOperation.Add, variance, graph.Constant(_epsilon)));
        StepNode scaled = graph.Apply(StepOperation.Multiply, graph.Apply(StepOperation.Divide, centred, root), graph.Constant(_gain));
        return (graph.Apply(StepOperation.Add, scaled, graph.Constant(_bias)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            Span<T> record = records.Slice(slice * RecordSize, RecordSize);
            Span<T> normal = record[1..];
            TensorPrimitives.Subtract(x, Reduction.Sum(x) / _count, normal);
            record[0] = T.One / T.Sqrt((Reduction.SumOfSquares<T>(normal) / _count) + _epsilon);
            TensorPrimitives.Multiply(normal, record[0], normal);
            TensorPrimitives.FusedMultiplyAdd(normal, _gain.Values, _bias.Values, outputs.Slice(slice * Inputs, Inputs));
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        Span<T> dGain = gradients.Parameters[_gain];
        Span<T> dBias = gradients.Parameters[_bias];
        Span<T> product = pass.Scratch[..Inputs];
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> record = pass.Trace.Slice(slice * RecordSize, RecordSize);
            ReadOnlySpan<T> normal = record[1..];
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(slice * Inputs, Inputs);
            TensorPrimitives.FusedMultiplyAdd(dy, normal, dGain, dGain);
            TensorPrimitives.Add(dBias, dy, dBias);
            if (!gradients.Inputs.IsEmpty)
            {
                // dx += scale (w dy - mean(w dy) - x̂ mean(w dy x̂)).
                Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
                TensorPrimitives.Multiply(dy, _gain.Values, product);
                T mean = Reduction.Sum<T>(product) / _count;
                T projection = Reduction.Dot(product, normal) / _count;
                TensorPrimitives.Subtract(product, mean, product);
                TensorPrimitives.FusedMultiplyAdd(normal, -projection, product, product);
                TensorPrimitives.FusedMultiplyAdd(product, record[0], dx, dx);
            }
        }
    }
}
