using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="LayerNorm{T}"/> is made from.</summary>
/// <param name="Channels">Channels of x and y.</param>
public sealed record LayerNormOptions(int Channels)
{
    /// <summary>Groups of equally many consecutive channels, each normalized by itself: heads.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Whether the groups share their gain and bias, [C/G].</summary>
    public bool SharesGain { get; init; }

    /// <summary>Added to the variance.</summary>
    public double Epsilon { get; init; } = 1e-5;
}

/// <summary>y = w (x - mean) / √(variance + ε) + b over the channels of every slice, or over each group of them; parameters w, b [C].</summary>
/// <remarks>The variance is that of the slice itself, divided by the number of channels. Source: Ba, Kiros and Hinton, 2016 (arXiv 1607.06450), eq. 4.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class LayerNorm<T> : NormalizationLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _bias;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels, or ε is not positive.</exception>
    public LayerNorm(LayerNormOptions options)
        : base((options ?? throw new ArgumentNullException(nameof(options))).Channels, options.Groups, options.SharesGain, options.Epsilon) =>
        _bias = new(Gain.Length);

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("w", Gain), ("b", _bias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(4 * Inputs, 2 * Groups, 2 * Gain.Length * Unsafe.SizeOf<T>(), 0);

    /// <summary>Of every group the scale and x̂ = (x - mean) scale.</summary>
    protected override int RecordSize => Groups + Inputs;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        Gain.Values.Fill(T.One);
        _bias.Values.Clear();
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode centred = graph.Subtract(inputs, Mean(graph, inputs));
        return (graph.Add(Scaled(graph, centred), PerChannel(graph, _bias)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int group = 0; group < slices * Groups; group++)
        {
            ReadOnlySpan<T> x = inputs.Slice(group * Width, Width);
            Span<T> record = records.Slice(group * (1 + Width), 1 + Width);
            Span<T> normal = record[1..];
            TensorPrimitives.Subtract(x, Reduction.Sum(x) / Count, normal);
            record[0] = T.One / T.Sqrt((Reduction.SumOfSquares<T>(normal) / Count) + Epsilon);
            TensorPrimitives.Multiply(normal, record[0], normal);
            TensorPrimitives.FusedMultiplyAdd(normal, OfGroup(Gain.Values, group), OfGroup(_bias.Values, group), outputs.Slice(group * Width, Width));
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        Span<T> product = pass.Scratch[..Width];
        for (int group = 0; group < slices * Groups; group++)
        {
            ReadOnlySpan<T> record = pass.Trace.Slice(group * (1 + Width), 1 + Width);
            ReadOnlySpan<T> normal = record[1..];
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(group * Width, Width);
            Span<T> dGain = OfGroup(gradients.Parameters[Gain], group);
            Span<T> dBias = OfGroup(gradients.Parameters[_bias], group);
            TensorPrimitives.FusedMultiplyAdd(dy, normal, dGain, dGain);
            TensorPrimitives.Add(dBias, dy, dBias);
            if (!gradients.Inputs.IsEmpty)
            {
                // dx += scale (w dy - mean(w dy) - x̂ mean(w dy x̂)).
                Span<T> dx = gradients.Inputs.Slice(group * Width, Width);
                TensorPrimitives.Multiply(dy, OfGroup(Gain.Values, group), product);
                T mean = Reduction.Sum<T>(product) / Count;
                T projection = Reduction.Dot(product, normal) / Count;
                TensorPrimitives.Subtract(product, mean, product);
                TensorPrimitives.FusedMultiplyAdd(normal, -projection, product, product);
                TensorPrimitives.FusedMultiplyAdd(product, record[0], dx, dx);
            }
        }
    }
}
