using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <content>The reverse pass, and the step as a graph.</content>
internal sealed partial class Rwkv7Keys<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode One() => graph.Constant(T.One);
        StepNode In(int part) => graph.Slice(inputs, part * _units, _units);
        int[] headOf = [.. Enumerable.Range(0, _units).Select(channel => channel / _width)];
        StepNode HeadSum(StepNode x) => graph.Gather(graph.Scatter(x, _heads, headOf), headOf);
        (StepNode r, StepNode k, StepNode v) = (In(0), In(1), In(2));
        StepNode rate = graph.Sigmoid(In(4));
        StepNode keys = graph.Multiply(k, graph.Add(One(), graph.Multiply(graph.Subtract(rate, One()), graph.Constant(_rateShare))));
        StepNode values = _isLater ? graph.Add(v, graph.Multiply(graph.Subtract(In(7), v), graph.Sigmoid(In(6)))) : v;
        StepNode removed = graph.Multiply(k, graph.Constant(_removal));
        StepNode square = graph.Add(HeadSum(graph.Multiply(removed, removed)), graph.Constant(T.CreateChecked(LeastSquare)));
        StepNode unit = graph.Divide(removed, graph.Apply(StepOperation.Sqrt, square));
        StepNode bonus = graph.Multiply(HeadSum(graph.Multiply(graph.Multiply(r, keys), graph.Constant(_bonus))), values);
        StepNode decay = graph.Multiply(graph.Sigmoid(In(3)), graph.Constant(Steepest));
        return (graph.Concatenate(r, keys, values, decay, graph.Subtract(graph.Constant(T.Zero), unit), graph.Multiply(unit, rate), bonus, In(5)), null);
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> unwanted = carver.Take(Inputs);
        unwanted.Clear();
        for (int slice = 0; slice < slices; slice++)
        {
            ApplyBackward(
                pass.Inputs.Slice(slice * Inputs, Inputs),
                pass.Outputs.Slice(slice * Outputs, Outputs),
                new Record(this, pass.Trace.Slice(slice * RecordSize, RecordSize)),
                gradients.Outputs.Slice(slice * Outputs, Outputs),
                gradients.Inputs.IsEmpty ? unwanted : gradients.Inputs.Slice(slice * Inputs, Inputs),
                gradients.Parameters,
                carver);
        }
    }

    private void ApplyBackward(
        ReadOnlySpan<T> x, ReadOnlySpan<T> y, in Record record, ReadOnlySpan<T> dy, Span<T> dx, Gradients<T> gradients, SpanCarver<T> carver)
    {
        Span<T> dKeys = carver.Take(_units);
        Span<T> dValues = carver.Take(_units);
        Span<T> dUnit = carver.Take(_units);
        Span<T> other = carver.Take(_units);
        ReadOnlySpan<T> unit = Part(y, 4);
        Add(Part(dy, 0), Part(dx, 0));
        Add(Part(dy, 7), Part(dx, 5));
        Part(dy, 1).CopyTo(dKeys);
        Part(dy, 2).CopyTo(dValues);
        ReverseBonus(x, y, record, dy, dx, gradients, dKeys, dValues, other);
        TensorPrimitives.Multiply(Part(dy, 3), Steepest, other);
        Elementary.SigmoidBackward(record.Decay, other, Part(dx, 3));

        // With -κ and κ α given: dκ = -d(-κ) + α d(κ α), here with both signs turned; of its length nothing flows back.
        TensorPrimitives.Multiply(Part(dy, 5), record.Rate, dUnit);
        TensorPrimitives.Subtract(Part(dy, 4), dUnit, dUnit);
        for (int head = 0; head < _heads; head++)
        {
            Span<T> part = dUnit[HeadOf(head)];
            TensorPrimitives.FusedMultiplyAdd(unit[HeadOf(head)], -Reduction.Dot<T>(part, unit[HeadOf(head)]), part, part);
            TensorPrimitives.Multiply(part, -record.Scale[head], part);
        }

        ReverseKeys(x, record, dKeys, dUnit, dx, gradients, other);

        // dα = κ d(κ α) + k k_a dk'.
        TensorPrimitives.Multiply(Part(x, 1), _rateShare.Values, other);
        TensorPrimitives.Multiply(other, dKeys, other);
        TensorPrimitives.Negate(unit, dUnit);
        TensorPrimitives.FusedMultiplyAdd(Part(dy, 5), dUnit, other, other);
        Elementary.SigmoidBackward(record.Rate, other, Part(dx, 4));
        ReverseValues(x, record, dValues, dx, other);
    }

    /// <summary>The bonus of every head is s v' with s = Σ r k' r_k.</summary>
    private void ReverseBonus(
        ReadOnlySpan<T> x,
        ReadOnlySpan<T> y,
        in Record record,
        ReadOnlySpan<T> dy,
        Span<T> dx,
        Gradients<T> gradients,
        Span<T> dKeys,
        Span<T> dValues,
        Span<T> other)
    {
        Span<T> product = other[.._width];
        for (int head = 0; head < _heads; head++)
        {
            Range range = HeadOf(head);
            ReadOnlySpan<T> dBonus = Part(dy, 6)[range];
            ReadOnlySpan<T> keys = Part(y, 1)[range];
            ReadOnlySpan<T> r = Part(x, 0)[range];
            ReadOnlySpan<T> share = _bonus.Values[range];
            T dWeight = Reduction.Dot(dBonus, Part(y, 2)[range]);
            TensorPrimitives.FusedMultiplyAdd(dBonus, record.Weight[head], dValues[range], dValues[range]);
            AddProduct(keys, share, dWeight, Part(dx, 0)[range], product);
            AddProduct(r, share, dWeight, dKeys[range], product);
            AddProduct(r, keys, dWeight, gradients[_bonus][range], product);
        }
    }

    /// <summary>dk and the gradients of k_a and k_k, from dk' and d(k k_k).</summary>
    private void ReverseKeys(
        ReadOnlySpan<T> x, in Record record, ReadOnlySpan<T> dKeys, ReadOnlySpan<T> dRemoved, Span<T> dx, Gradients<T> gradients, Span<T> other)
    {
        ReadOnlySpan<T> k = Part(x, 1);
        Span<T> dk = Part(dx, 1);
        Span<T> dRemoval = gradients[_removal];
        Span<T> dRateShare = gradients[_rateShare];
        TensorPrimitives.FusedMultiplyAdd(dRemoved, _removal.Values, dk, dk);
        TensorPrimitives.FusedMultiplyAdd(dRemoved, k, dRemoval, dRemoval);

        // dk += dk' (1 + (α - 1) k_a), dk_a += dk' k (α - 1).
        TensorPrimitives.Subtract(record.Rate, T.One, other);
        TensorPrimitives.MultiplyAdd(other, _rateShare.Values, T.One, other);
        TensorPrimitives.FusedMultiplyAdd(dKeys, other, dk, dk);
        TensorPrimitives.Subtract(record.Rate, T.One, other);
        TensorPrimitives.Multiply(other, k, other);
        TensorPrimitives.FusedMultiplyAdd(dKeys, other, dRateShare, dRateShare);
    }

    private void ReverseValues(ReadOnlySpan<T> x, in Record record, ReadOnlySpan<T> dValues, Span<T> dx, Span<T> other)
    {
        Add(dValues, Part(dx, 2));
        if (!_isLater)
        {
            return;
        }

        // v' = v + (v_first - v) σ(n).
        TensorPrimitives.Multiply(dValues, record.Share, other);
        Add(other, Part(dx, 7));
        TensorPrimitives.Subtract(Part(dx, 2), other, Part(dx, 2));
        TensorPrimitives.Subtract(Part(x, 7), Part(x, 2), other);
        TensorPrimitives.Multiply(other, dValues, other);
        Elementary.SigmoidBackward(record.Share, other, Part(dx, 6));
    }

    private static void Add(ReadOnlySpan<T> value, Span<T> sum) => TensorPrimitives.Add(sum, value, sum);

    /// <summary>sum += factor a b.</summary>
    private static void AddProduct(ReadOnlySpan<T> a, ReadOnlySpan<T> b, T factor, Span<T> sum, Span<T> product)
    {
        TensorPrimitives.Multiply(a, b, product);
        TensorPrimitives.FusedMultiplyAdd(product, factor, sum, sum);
    }
}
