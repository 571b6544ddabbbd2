using System.Numerics;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>Reads and writes the end of a span that does not fill a register, so that a tail runs the code of the body.</summary>
public static class LaneTail
{
    /// <summary>A register whose first lanes are <paramref name="source"/>, no longer than the register; zero in the others.</summary>
    public static V Load<T, V>(ReadOnlySpan<T> source)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        V block = V.Zero;
        source.CopyTo(MemoryMarshal.Cast<V, T>(new Span<V>(ref block)));
        return block;
    }

    /// <summary>Fills <paramref name="target"/>, no longer than the register, from the first lanes of <paramref name="value"/>.</summary>
    public static void Store<T, V>(V value, Span<T> target)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T> =>
        MemoryMarshal.Cast<V, T>(new Span<V>(ref value))[..target.Length].CopyTo(target);
}
