using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>A function of one number, written once for every register width.</summary>
public interface IElementwise<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>y = f(x) in every lane.</summary>
    static abstract V Apply<V>(V x) where V : unmanaged, ILanes<V, T>;
}

/// <summary>The reverse of a function of one number.</summary>
public interface IElementwiseReverse<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>gradX + gradY·f', with f' found from the kept value (x or y, as the function likes).</summary>
    static abstract V Apply<V>(V kept, V gradY, V gradX) where V : unmanaged, ILanes<V, T>;
}

/// <summary>Runs an <see cref="IElementwise{T}"/> over spans; tails run in padded registers and get the same bits.</summary>
public static class Elementwise
{
    /// <summary>y = f(x) at the widest register the hardware has; x and y may be the same span.</summary>
    public static void Map<T, TFunction>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IElementwise<T>
    {
        if (LaneWidth.Is512)
        {
            Map<T, Lanes512<T>, TFunction>(x, y);
        }
        else if (LaneWidth.Is256)
        {
            Map<T, Lanes256<T>, TFunction>(x, y);
        }
        else
        {
            Map<T, Lanes128<T>, TFunction>(x, y);
        }
    }

    /// <summary>y = f(x) at the width of <typeparamref name="V"/>, two registers at a time.</summary>
    public static void Map<T, V, TFunction>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TFunction : struct, IElementwise<T>
    {
        int pairs = x.Length - (x.Length % LanePair<V, T>.Count);
        MapBody<T, LanePair<V, T>, TFunction>(x[..pairs], y);
        x = x[pairs..];
        y = y[pairs..];
        int body = x.Length - (x.Length % V.Count);
        MapBody<T, V, TFunction>(x[..body], y);
        if (body < x.Length)
        {
            MapTail<T, V, TFunction>(x[body..], y[body..]);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MapBody<T, V, TFunction>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TFunction : struct, IElementwise<T>
    {
        y = y[..x.Length];
        ref T source = ref MemoryMarshal.GetReference(x);
        ref T target = ref MemoryMarshal.GetReference(y);
        for (int i = 0; i < x.Length; i += V.Count)
        {
            V.Store(TFunction.Apply(V.Load(in source, (nuint)i)), ref target, (nuint)i);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    private static void MapTail<T, V, TFunction>(ReadOnlySpan<T> x, Span<T> y)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TFunction : struct, IElementwise<T> =>
        LaneTail.Store<T, V>(TFunction.Apply(LaneTail.Load<T, V>(x)), y[..x.Length]);

    /// <summary>gradX += gradY·f' at the widest register the hardware has.</summary>
    public static void Reverse<T, TFunction>(ReadOnlySpan<T> kept, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFunction : struct, IElementwiseReverse<T>
    {
        if (LaneWidth.Is512)
        {
            Reverse<T, Lanes512<T>, TFunction>(kept, gradY, gradX);
        }
        else if (LaneWidth.Is256)
        {
            Reverse<T, Lanes256<T>, TFunction>(kept, gradY, gradX);
        }
        else
        {
            Reverse<T, Lanes128<T>, TFunction>(kept, gradY, gradX);
        }
    }

    /// <summary>gradX += gradY·f' at the width of <typeparamref name="V"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Reverse<T, V, TFunction>(ReadOnlySpan<T> kept, ReadOnlySpan<T> gradY, Span<T> gradX)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
        where TFunction : struct, IElementwiseReverse<T>
    {
        gradY = gradY[..kept.Length];
        gradX = gradX[..kept.Length];
        ref T values = ref MemoryMarshal.GetReference(kept);
        ref T arriving = ref MemoryMarshal.GetReference(gradY);
        ref T sum = ref MemoryMarshal.GetReference(gradX);
        int body = kept.Length - (kept.Length % V.Count);
        for (int i = 0; i < body; i += V.Count)
        {
            nuint at = (nuint)i;
            V.Store(TFunction.Apply(V.Load(in values, at), V.Load(in arriving, at), V.Load(in sum, at)), ref sum, at);
        }

        if (body < kept.Length)
        {
            V tail = TFunction.Apply(
                LaneTail.Load<T, V>(kept[body..]), LaneTail.Load<T, V>(gradY[body..]), LaneTail.Load<T, V>(gradX[body..]));
            LaneTail.Store(tail, gradX[body..]);
        }
    }
}
