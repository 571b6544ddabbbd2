using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
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
        nuint count = (nuint)Lanes128<T>.Count;
        Span<T> last = stackalloc T[Lanes128<T>.Count];
        for (int i = 0; i < sums.Length; i++)
        {
            nuint row = (nuint)i * 8 * count;
            Lanes128<T> a = Lanes128<T>.Load(in source, row) + Lanes128<T>.Load(in source, row + (4 * count));
            Lanes128<T> b = Lanes128<T>.Load(in source, row + count) + Lanes128<T>.Load(in source, row + (5 * count));
            Lanes128<T> c = Lanes128<T>.Load(in source, row + (2 * count)) + Lanes128<T>.Load(in source, row + (6 * count));
            Lanes128<T> d = Lanes128<T>.Load(in source, row + (3 * count)) + Lanes128<T>.Load(in source, row + (7 * count));
            Lanes128<T>.Store((a + c) + (b + d), ref last[0], 0);
            sums[i] += last.Length == 4 ? (last[0] + last[2]) + (last[1] + last[3]) : last[0] + last[1];
        }
    }
}
