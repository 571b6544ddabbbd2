using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What an <see cref="RmsNorm{T}"/> is made from.</summary>
/// <param name="Channels">Channels of x and y.</param>
public sealed record RmsNormOptions(int Channels)
{
    /// <summary>Groups of equally many consecutive channels, each normalized by itself: heads.</summary>
    public int Groups { get; init; } = 1;

    /// <summary>Whether the groups share their gain, [C/G].</summary>
    public bool SharesGain { get; init; }

    /// <summary>Added to the mean square.</summary>
    public double Epsilon { get; init; } = 1e-6;
}

/// <summary>y = w x / √(mean(x²) + ε) over the channels of every slice, or over each group of them; parameter w [C].</summary>
/// <remarks>Source: Zhang and Sennrich, NeurIPS 2019, eq. 4.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class RmsNorm<T> : NormalizationLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Creates the layer with gains of zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels, or ε is not positive.</exception>
    public RmsNorm(RmsNormOptions options)
        : base((options ?? throw new ArgumentNullException(nameof(options))).Channels, options.Groups, options.SharesGain, options.Epsilon)
    {
    }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("w", Gain)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(3 * Inputs, 2 * Groups, Gain.Length * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    protected override int RecordSize => Groups;

    /// <inheritdoc/>
    public override void Initialize(Rng rng) => Gain.Values.Fill(T.One);

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        return (Scaled(graph, inputs), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int group = 0; group < slices * Groups; group++)
        {
            ReadOnlySpan<T> x = inputs.Slice(group * Width, Width);
            Span<T> y = outputs.Slice(group * Width, Width);
            T scale = T.One / T.Sqrt((Reduction.SumOfSquares(x) / Count) + Epsilon);
            records[group] = scale;
            TensorPrimitives.Multiply(x, scale, y);
            TensorPrimitives.Multiply(y, OfGroup(Gain.Values, group), y);
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        Span<T> product = pass.Scratch[..Width];
        for (int group = 0; group < slices * Groups; group++)
        {
            ReadOnlySpan<T> x = pass.Inputs.Slice(group * Width, Width);
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(group * Width, Width);
            Span<T> dGain = OfGroup(gradients.Parameters[Gain], group);
            T scale = pass.Trace[group];
            TensorPrimitives.Multiply(dy, x, product);
            TensorPrimitives.FusedMultiplyAdd(product, scale, dGain, dGain);
            if (!gradients.Inputs.IsEmpty)
            {
                // With x̂ = x s: dx += s (w dy - x̂ mean(w dy x̂)).
                Span<T> dx = gradients.Inputs.Slice(group * Width, Width);
                TensorPrimitives.Multiply(dy, OfGroup(Gain.Values, group), product);
                T projection = Reduction.Dot(product, x) * scale * scale / Count;
                TensorPrimitives.FusedMultiplyAdd(x, -projection, product, product);
                TensorPrimitives.FusedMultiplyAdd(product, scale, dx, dx);
            }
        }
    }
}
