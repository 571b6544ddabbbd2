using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Ends many reductions at once: the sum of the virtual lanes of each row, joined in the order of <see cref="Reduction"/>.</summary>
internal static class LaneSums
{
    /// <summary>Adds the sum of every row of <paramref name="lanes"/>, [N, W], to <paramref name="sums"/>, [N]; W is 1024 bits' worth.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization | MethodImplOptions.NoInlining)]
    public static void Add<T>(ReadOnlySpan<T> lanes, Span<T> sums)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ref T source = ref MemoryMarshal.GetReference(lanes);
        nuint row = 8 * (nuint)Vector128<T>.Count;
        for (int i = 0; i < sums.Length; i++)
        {
            Vector128<T> four = Vector512.IsHardwareAccelerated ? Join512(ref source, (nuint)i * row) : Join128(ref source, (nuint)i * row);
            sums[i] += Vector128<T>.Count == 4 ? (four[0] + four[2]) + (four[1] + four[3]) : four[0] + four[1];
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Join512<T>(ref T source, nuint row)
    {
        Vector512<T> half = Vector512.LoadUnsafe(ref source, row) + Vector512.LoadUnsafe(ref source, row + (nuint)Vector512<T>.Count);
        Vector256<T> quarter = half.GetLower() + half.GetUpper();
        return quarter.GetLower() + quarter.GetUpper();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<T> Join128<T>(ref T source, nuint row)
    {
        nuint count = (nuint)Vector128<T>.Count;
        Vector128<T> a = Vector128.LoadUnsafe(ref source, row) + Vector128.LoadUnsafe(ref source, row + (4 * count));
        Vector128<T> b = Vector128.LoadUnsafe(ref source, row + count) + Vector128.LoadUnsafe(ref source, row + (5 * count));
        Vector128<T> c = Vector128.LoadUnsafe(ref source, row + (2 * count)) + Vector128.LoadUnsafe(ref source, row + (6 * count));
        Vector128<T> d = Vector128.LoadUnsafe(ref source, row + (3 * count)) + Vector128.LoadUnsafe(ref source, row + (7 * count));
        return (a + c) + (b + d);
    }
}
