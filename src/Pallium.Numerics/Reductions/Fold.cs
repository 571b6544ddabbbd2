using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Pallium.Numerics;

/// <summary>How a reduction takes in numbers, lane by lane, and how it joins two lanes.</summary>
internal interface IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What a lane holds before its first number.</summary>
    static abstract T Start { get; }

    /// <summary>A number that leaves a lane as it is.</summary>
    static abstract T Padding { get; }

    /// <summary>The lanes of <paramref name="sum"/> with one number of each span taken in.</summary>
    static abstract V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T>;

    /// <summary>Two lanes in one.</summary>
    static abstract T Join(T low, T high);
}

/// <summary>Runs an <see cref="IFold{T}"/> over spans in 512 bits' worth of virtual lanes.</summary>
internal static class Fold
{
    /// <summary>The fold of x, and of y at least as long, at the width of <typeparamref name="V"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static T Run<T, V, TFold>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, T shift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TFold : struct, IFold<T>
    {
        // The virtual lanes are one, two or four registers.
        int lanes = Vector512<T>.Count;
        int count = V.Count;
        V shifts = V.Broadcast(shift);
        V first = V.Broadcast(TFold.Start);
        V second = first;
        V third = first;
        V fourth = first;

        y = y[..x.Length];
        scoped ref T a = ref MemoryMarshal.GetReference(x);
        scoped ref T b = ref MemoryMarshal.GetReference(y);
        int whole = x.Length - (x.Length % lanes);
        int length = whole;
        Span<T> block = stackalloc T[2 * lanes];
        for (int pass = 0; pass < 2; pass++)
        {
            for (int i = 0; i < length; i += lanes)
            {
                nuint at = (nuint)i;
                first = TFold.Take(first, V.Load(in a, at), V.Load(in b, at), shifts);
                if (count < lanes)
                {
                    at += (nuint)count;
                    second = TFold.Take(second, V.Load(in a, at), V.Load(in b, at), shifts);
                }

                if (2 * count < lanes)
                {
                    at += (nuint)count;
                    third = TFold.Take(third, V.Load(in a, at), V.Load(in b, at), shifts);
                    at += (nuint)count;
                    fourth = TFold.Take(fourth, V.Load(in a, at), V.Load(in b, at), shifts);
                }
            }

            // The second pass is over what is left, padded to a whole round.
            block.Fill(TFold.Padding);
            x[whole..].CopyTo(block);
            y[whole..].CopyTo(block[lanes..]);
            a = ref block[0];
            b = ref block[lanes];
            length = whole < x.Length ? lanes : 0;
        }

        V.Store(first, ref a, 0);
        if (count < lanes)
        {
            V.Store(second, ref a, (nuint)count);
        }

        if (2 * count < lanes)
        {
            V.Store(third, ref a, 2 * (nuint)count);
            V.Store(fourth, ref a, 3 * (nuint)count);
        }

        for (int half = lanes / 2; half > 0; half /= 2)
        {
            for (int j = 0; j < half; j++)
            {
                block[j] = TFold.Join(block[j], block[j + half]);
            }
        }

        return block[0];
    }
}

internal readonly struct SumOf<T> : IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.Zero;

    public static T Padding => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T> => sum + x;

    public static T Join(T low, T high) => low + high;
}

internal readonly struct DotOf<T> : IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.Zero;

    public static T Padding => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T> => V.MultiplyAdd(x, y, sum);

    public static T Join(T low, T high) => low + high;
}

/// <summary>Σ exp(x - shift).</summary>
internal readonly struct ShiftedExpOf<T> : IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.Zero;

    public static T Padding => T.NegativeInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T> =>
        sum + ElementaryLanes.Exp<T, V>(x - shift);

    public static T Join(T low, T high) => low + high;
}

internal readonly struct MaxOf<T> : IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.NegativeInfinity;

    public static T Padding => T.NegativeInfinity;

    // Max keeps its second operand where either is NaN: a lane that is NaN stays so, and x must be let in by hand.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T> =>
        V.Select(V.Equal(x, x), V.Max(x, sum), x);

    public static T Join(T low, T high) => T.Max(low, high);
}

internal readonly struct MinOf<T> : IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.PositiveInfinity;

    public static T Padding => T.PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T> =>
        V.Select(V.Equal(x, x), V.Min(x, sum), x);

    public static T Join(T low, T high) => T.Min(low, high);
}
