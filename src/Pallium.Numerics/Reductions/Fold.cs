using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

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
    static abstract V Join<V>(V low, V high) where V : unmanaged, ILanes<V, T>;
}

/// <summary>Runs an <see cref="IFold{T}"/> over spans in 1024 bits' worth of virtual lanes.</summary>
internal static class Fold
{
    /// <summary>The fold of x, and of y at least as long, at the width of <typeparamref name="V"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static T Run<T, V, TFold>(ReadOnlySpan<T> x, ReadOnlySpan<T> y, T shift)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TFold : struct, IFold<T>
    {
        int lanes = 8 * Lanes128<T>.Count;
        Span<T> block = stackalloc T[3 * lanes];
        Span<T> sums = block[..lanes];
        sums.Fill(TFold.Start);
        y = y[..x.Length];
        int whole = x.Length - (x.Length % lanes);
        if (whole > 0)
        {
            Rounds<T, V, TFold>(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(y), whole, shift, ref sums[0]);
        }

        if (whole < x.Length)
        {
            Span<T> restX = block.Slice(lanes, lanes);
            Span<T> restY = block[(2 * lanes)..];
            restX.Fill(TFold.Padding);
            x[whole..].CopyTo(restX);
            y[whole..].CopyTo(restY);
            for (nuint at = 0; at < (nuint)(x.Length - whole); at += (nuint)Lanes128<T>.Count)
            {
                Lanes128<T> sum = Lanes128<T>.Load(in sums[0], at);
                sum = TFold.Take(sum, Lanes128<T>.Load(in restX[0], at), Lanes128<T>.Load(in restY[0], at), Lanes128<T>.Broadcast(shift));
                Lanes128<T>.Store(sum, ref sums[0], at);
            }
        }

        for (int half = lanes / 2; half > 0; half /= 2)
        {
            for (int j = 0; j < half; j += Lanes128<T>.Count)
            {
                // Of a half that is less than a register the first lanes count; the load stays inside the block.
                Lanes128<T> joined = TFold.Join(Lanes128<T>.Load(in sums[0], (nuint)j), Lanes128<T>.Load(in sums[0], (nuint)(j + half)));
                Lanes128<T>.Store(joined, ref sums[0], (nuint)j);
            }
        }

        return sums[0];
    }

    /// <summary>Takes in whole rounds. Calls nothing, so that the sums stay in registers: four of them, and eight of 128 bits in two passes.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void Rounds<T, V, TFold>(ref T x, ref T y, int length, T shift, ref T sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TFold : struct, IFold<T>
    {
        V shifts = V.Broadcast(shift);
        nuint lanes = (nuint)(8 * Lanes128<T>.Count);
        nuint count = (nuint)V.Count;
        for (nuint start = 0; start < lanes; start += 4 * count)
        {
            V first = V.Load(in sums, start);
            V second = V.Load(in sums, start + count);
            V third = 2 * count < lanes ? V.Load(in sums, start + (2 * count)) : first;
            V fourth = 2 * count < lanes ? V.Load(in sums, start + (3 * count)) : first;
            for (nuint i = start; i < (nuint)length; i += lanes)
            {
                first = TFold.Take(first, V.Load(in x, i), V.Load(in y, i), shifts);
                second = TFold.Take(second, V.Load(in x, i + count), V.Load(in y, i + count), shifts);
                if (2 * count < lanes)
                {
                    third = TFold.Take(third, V.Load(in x, i + (2 * count)), V.Load(in y, i + (2 * count)), shifts);
                    fourth = TFold.Take(fourth, V.Load(in x, i + (3 * count)), V.Load(in y, i + (3 * count)), shifts);
                }
            }

            V.Store(first, ref sums, start);
            V.Store(second, ref sums, start + count);
            if (2 * count < lanes)
            {
                V.Store(third, ref sums, start + (2 * count));
                V.Store(fourth, ref sums, start + (3 * count));
            }
        }
    }
}

internal readonly struct SumOf<T> : IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.Zero;

    public static T Padding => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T> => sum + x;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V low, V high) where V : unmanaged, ILanes<V, T> => low + high;
}

internal readonly struct DotOf<T> : IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.Zero;

    public static T Padding => T.Zero;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T> => V.MultiplyAdd(x, y, sum);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V low, V high) where V : unmanaged, ILanes<V, T> => low + high;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V low, V high) where V : unmanaged, ILanes<V, T> => low + high;
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

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V low, V high) where V : unmanaged, ILanes<V, T> => Take(low, high, high, high);
}

internal readonly struct MinOf<T> : IFold<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    public static T Start => T.PositiveInfinity;

    public static T Padding => T.PositiveInfinity;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Take<V>(V sum, V x, V y, V shift) where V : unmanaged, ILanes<V, T> =>
        V.Select(V.Equal(x, x), V.Min(x, sum), x);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Join<V>(V low, V high) where V : unmanaged, ILanes<V, T> => Take(low, high, high, high);
}
