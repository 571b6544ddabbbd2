using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Numerics;

/// <summary>Sums, products and extremes over spans, with the same bits at every register width.</summary>
/// <remarks>
/// Number i belongs to virtual lane i mod W, where W is 1024 bits' worth: 32 for float, 16 for double. A lane takes its
/// numbers in order; then lane j takes lane j + W/2, of what is left lane j takes j + W/4, and so on. A span that does
/// not fill the last round leaves the other lanes as they are.
/// </remarks>
public static class Reduction
{
    /// <summary>Σ x; 0 for an empty span.</summary>
    public static T Sum<T>(ReadOnlySpan<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run<T, SumOf<T>>(x, x);

    /// <summary>Σ x², fused; 0 for an empty span.</summary>
    public static T SumOfSquares<T>(ReadOnlySpan<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run<T, DotOf<T>>(x, x);

    /// <summary>Σ x·y, fused, over the length of x; 0 for an empty span.</summary>
    public static T Dot<T>(ReadOnlySpan<T> x, ReadOnlySpan<T> y) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run<T, DotOf<T>>(x, y);

    /// <summary>The greatest; NaN if any is NaN, -infinity for an empty span.</summary>
    public static T Max<T>(ReadOnlySpan<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run<T, MaxOf<T>>(x, x);

    /// <summary>The least; NaN if any is NaN, +infinity for an empty span.</summary>
    public static T Min<T>(ReadOnlySpan<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run<T, MinOf<T>>(x, x);

    /// <summary>log Σ exp(x), without overflow; -infinity for an empty span.</summary>
    public static T LogSumExp<T>(ReadOnlySpan<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T greatest = Max(x);
        return T.IsInfinity(greatest) ? greatest : greatest + Elementary.Log(Run<T, ShiftedExpOf<T>>(x, x, greatest));
    }

    /// <summary>x = exp(x)/Σ exp(x), in place, without overflow; NaN if any is NaN or +infinity, or if all are -infinity.</summary>
    public static void Softmax<T>(Span<T> x) where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        TensorPrimitives.Subtract(x, Max<T>(x), x);
        Elementary.Exp(x, x);
        TensorPrimitives.Divide(x, Sum<T>(x), x);
    }

    /// <summary>gradX += y·(gradY - Σ y·gradY), the reverse of <see cref="Softmax{T}"/>, from its output.</summary>
    public static void SoftmaxBackward<T>(ReadOnlySpan<T> y, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T mean = Dot(y, gradY);
        for (int i = 0; i < y.Length; i++)
        {
            gradX[i] = T.FusedMultiplyAdd(y[i], gradY[i] - mean, gradX[i]);
        }
    }

    private static T Run<T, TFold>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, T shift = default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFold : struct, IFold<T> =>
        LaneWidth.Is512 ? Fold.Run<T, Lanes512<T>, TFold>(x, y, shift)
        : LaneWidth.Is256 ? Fold.Run<T, Lanes256<T>, TFold>(x, y, shift)
        : Fold.Run<T, Lanes128<T>, TFold>(x, y, shift);
}
