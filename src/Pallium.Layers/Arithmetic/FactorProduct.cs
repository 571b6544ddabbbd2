using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>y[o] = Π over i of f[i, o], f[i, o] = W[i, o] (x[i] - 1) + 1, and its gradient. The weights lie input by input, [I, O].</summary>
/// <remarks>
/// The gradient of a factor is the product of those before it times the product of those after it: exact where factors are 0, as nothing is divided by them.
/// Factors are multiplied in the order of the inputs, so that no register width shows in the bits.
/// </remarks>
internal static class FactorProduct
{
    /// <summary>y of one slice.</summary>
    /// <param name="weights">W, [I, O].</param>
    /// <param name="x">[I].</param>
    /// <param name="y">[O], overwritten.</param>
    public static void Multiply<T>(ReadOnlySpan<T> weights, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Multiply<T, Lanes512<T>>(weights, x, y);
        }
        else if (LaneWidth.Is256)
        {
            Multiply<T, Lanes256<T>>(weights, x, y);
        }
        else
        {
            Multiply<T, Lanes128<T>>(weights, x, y);
        }
    }

    /// <summary>Reverse of <see cref="Multiply{T}"/>; adds to the gradients.</summary>
    /// <param name="weights">W, [I, O].</param>
    /// <param name="x">[I].</param>
    /// <param name="dy">[O].</param>
    /// <param name="dx">[I]; empty: not wanted.</param>
    /// <param name="dWeights">[I, O].</param>
    /// <param name="dFactors">Room for d loss / d f, [I, O], overwritten.</param>
    public static void MultiplyBackward<T>(
        ReadOnlySpan<T> weights, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dx, Span<T> dWeights, Span<T> dFactors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            FactorGradients<T, Lanes512<T>>(weights, x, dy, dFactors);
        }
        else if (LaneWidth.Is256)
        {
            FactorGradients<T, Lanes256<T>>(weights, x, dy, dFactors);
        }
        else
        {
            FactorGradients<T, Lanes128<T>>(weights, x, dy, dFactors);
        }

        for (int i = 0; i < x.Length; i++)
        {
            ReadOnlySpan<T> dFactor = dFactors.Slice(i * dy.Length, dy.Length);
            Span<T> dWeight = dWeights.Slice(i * dy.Length, dy.Length);
            TensorPrimitives.FusedMultiplyAdd(dFactor, x[i] - T.One, dWeight, dWeight);
            if (!dx.IsEmpty)
            {
                dx[i] += Reduction.Dot(dFactor, weights.Slice(i * dy.Length, dy.Length));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Multiply<T, V>(ReadOnlySpan<T> weights, ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V one = V.Broadcast(T.One);
        for (int o = 0; o < y.Length; o += V.Count)
        {
            V product = one;
            for (int i = 0; i < x.Length; i++)
            {
                product *= Factor<T, V>(weights.Slice(i * y.Length, y.Length), x[i], o, one);
            }

            LaneSpan.Store(product, y, o);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void FactorGradients<T, V>(ReadOnlySpan<T> weights, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dFactors)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V one = V.Broadcast(T.One);
        int outputs = dy.Length;
        for (int o = 0; o < outputs; o += V.Count)
        {
            V before = one;
            for (int i = 0; i < x.Length; i++)
            {
                LaneSpan.Store(before, dFactors.Slice(i * outputs, outputs), o);
                before *= Factor<T, V>(weights.Slice(i * outputs, outputs), x[i], o, one);
            }

            V after = LaneSpan.Load<T, V>(dy, o);
            for (int i = x.Length - 1; i >= 0; i--)
            {
                Span<T> row = dFactors.Slice(i * outputs, outputs);
                LaneSpan.Store(LaneSpan.Load<T, V>(row, o) * after, row, o);
                after *= Factor<T, V>(weights.Slice(i * outputs, outputs), x[i], o, one);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static V Factor<T, V>(ReadOnlySpan<T> weights, T x, int at, V one)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(LaneSpan.Load<T, V>(weights, at), V.Broadcast(x - T.One), one);
}
