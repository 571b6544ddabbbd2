using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

// Functions of one number that gates and feature maps are made of, beside those of Elementary; the reverse goes by x.

internal readonly struct SiluOf<T> : IElementwise<T>, IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => x * ElementaryLanes.Sigmoid<T, V>(x);

    /// <summary>d(x σ) = σ (1 + x (1 - σ)).</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T>
    {
        V s = ElementaryLanes.Sigmoid<T, V>(kept);
        V one = V.Constant(1);
        return V.MultiplyAdd(gradY, s * V.MultiplyAdd(kept, one - s, one), gradX);
    }
}

/// <summary>log σ(x) = -softplus(-x).</summary>
internal readonly struct LogSigmoidOf<T> : IElementwise<T>, IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => -ElementaryLanes.Softplus<T, V>(-x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, ElementaryLanes.Sigmoid<T, V>(-kept), gradX);
}

/// <summary>elu(x) + 1: x + 1 for x &gt; 0, exp(x) otherwise. Source: Katharopoulos et al., ICML 2020, eq. 7.</summary>
internal readonly struct EluPlusOneOf<T> : IElementwise<T>, IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> =>
        V.Select(V.LessThan(V.Zero, x), x + V.Constant(1), ElementaryLanes.Exp<T, V>(x));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, V.Select(V.LessThan(V.Zero, kept), V.Constant(1), ElementaryLanes.Exp<T, V>(kept)), gradX);
}

/// <summary>max(x, 0)².</summary>
internal readonly struct SquaredReluOf<T> : IElementwise<T>, IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T>
    {
        V positive = V.Max(V.Zero, x);
        return positive * positive;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, V.Constant(2) * V.Max(V.Zero, kept), gradX);
}

/// <summary>max(x, 0); the derivative at 0 is 0.</summary>
internal readonly struct ReluOf<T> : IElementwise<T>, IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V x) where V : unmanaged, ILanes<V, T> => V.Max(V.Zero, x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T> =>
        V.MultiplyAdd(gradY, V.Select(V.LessThan(V.Zero, kept), V.Constant(1), V.Zero), gradX);
}
