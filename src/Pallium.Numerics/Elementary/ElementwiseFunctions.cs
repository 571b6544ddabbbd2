using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

// The functions of Elementary in the form that Elementwise runs over spans, each followed by its reverse.

internal readonly struct ExpOf<T> : IElementwise<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => ElementaryLanes.Exp<T, V>(x);
}

internal readonly struct ExpReverse<T> : IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, kept, gradX);
}

internal readonly struct LogOf<T> : IElementwise<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => ElementaryLanes.Log<T, V>(x);
}

internal readonly struct LogReverse<T> : IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        gradX + (gradY / kept);
}

internal readonly struct SigmoidOf<T> : IElementwise<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => ElementaryLanes.Sigmoid<T, V>(x);
}

internal readonly struct SigmoidReverse<T> : IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, kept * (V.Constant(1) - kept), gradX);
}

internal readonly struct TanhOf<T> : IElementwise<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => ElementaryLanes.Tanh<T, V>(x);
}

internal readonly struct TanhReverse<T> : IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, V.MultiplyAdd(-kept, kept, V.Constant(1)), gradX);
}

internal readonly struct SoftplusOf<T> : IElementwise<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => ElementaryLanes.Softplus<T, V>(x);
}

internal readonly struct SoftplusReverse<T> : IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, ElementaryLanes.Sigmoid<T, V>(kept), gradX);
}

internal readonly struct ErfOf<T> : IElementwise<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => ElementaryLanes.Erf<T, V>(x);
}

internal readonly struct ErfReverse<T> : IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, V.Constant(1.1283791670955126) * ElementaryLanes.Exp<T, V>(-(kept * kept)), gradX);
}
