using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A learned vector instead of a block: y = a_1 x + a_2 v, (a_1, a_2) = softmax(W_c x); parameters Wc [2, C] and v [C].</summary>
/// <remarks>The record of a slice is a_1. Source: Jin et al., 2024 (arXiv 2410.07348), eq. 5.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ConstantExpert<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _mix;
    private readonly Parameter<T> _vector;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <param name="channels">C.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels.</exception>
    public ConstantExpert(int channels)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        Inputs = channels;
        _mix = new(2, channels) { Decays = true };
        _vector = new(channels);
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("Wc", _mix), ("v", _vector)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(4 * Inputs, 1, 3L * Inputs * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    protected override int RecordSize => 1;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        Initialization.UniformByFan(_mix, Inputs, rng.For("Wc"));
        Initialization.UniformByFan(_vector, Inputs, rng.For("v"));
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode scores = graph.Affine(graph.Constant(_mix), inputs);
        StepNode share = graph.Sigmoid(graph.Subtract(graph.Slice(scores, 0, 1), graph.Slice(scores, 1, 1)));
        StepNode vector = graph.Constant(_vector);
        return (graph.Add(vector, graph.Multiply(share, graph.Subtract(inputs, vector))), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            Span<T> y = outputs.Slice(slice * Inputs, Inputs);
            records[slice] = Elementary.Sigmoid(Reduction.Dot(_mix.Values[..Inputs], x) - Reduction.Dot(_mix.Values[Inputs..], x));
            TensorPrimitives.Subtract(x, _vector.Values, y);
            TensorPrimitives.FusedMultiplyAdd(y, records[slice], _vector.Values, y);
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        Span<T> dVector = gradients.Parameters[_vector];
        Span<T> dFirst = gradients.Parameters[_mix][..Inputs];
        Span<T> dSecond = gradients.Parameters[_mix][Inputs..];
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = pass.Inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(slice * Inputs, Inputs);
            T share = pass.Trace[slice];
            T dScore = share * (T.One - share) * (Reduction.Dot(dy, x) - Reduction.Dot<T>(dy, _vector.Values));
            TensorPrimitives.FusedMultiplyAdd(dy, T.One - share, dVector, dVector);
            TensorPrimitives.FusedMultiplyAdd(x, dScore, dFirst, dFirst);
            TensorPrimitives.FusedMultiplyAdd(x, -dScore, dSecond, dSecond);
            if (!gradients.Inputs.IsEmpty)
            {
                Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
                TensorPrimitives.FusedMultiplyAdd(dy, share, dx, dx);
                TensorPrimitives.FusedMultiplyAdd(_mix.Values[..Inputs], dScore, dx, dx);
                TensorPrimitives.FusedMultiplyAdd(_mix.Values[Inputs..], -dScore, dx, dx);
            }
        }
    }
}
