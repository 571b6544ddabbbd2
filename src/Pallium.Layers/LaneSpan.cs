using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Registers from and to a span at any place: the last one may be partly filled, so that a loop needs no tail of its own.</summary>
internal static class LaneSpan
{
    /// <summary>Reads at <paramref name="at"/>; lanes past the end are zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static V Load<T, V>(ReadOnlySpan<T> source, int at)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        at + V.Count <= source.Length ? V.Load(in source[at], 0) : LaneTail.Load<T, V>(source[at..]);

    /// <summary>Writes at <paramref name="at"/>; lanes past the end are dropped.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store<T, V>(V value, Span<T> target, int at)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        if (at + V.Count <= target.Length)
        {
            V.Store(value, ref target[at], 0);
        }
        else
        {
            LaneTail.Store(value, target[at..]);
        }
    }
}
