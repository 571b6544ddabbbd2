using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>y += a·x for rows of a matrix, with one rounding per element, so the same bits at every register width.</summary>
public static class RowUpdate
{
    /// <summary>Adds <paramref name="factor"/>·x to y; the spans have equal lengths and do not overlap. No allocation.</summary>
    public static void AddScaled(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        if (LaneWidth.Is512)
        {
            Add<Lanes512<double>>(factor, x, y);
        }
        else if (LaneWidth.Is256)
        {
            Add<Lanes256<double>>(factor, x, y);
        }
        else
        {
            Add<Lanes128<double>>(factor, x, y);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void Add<V>(double factor, ReadOnlySpan<double> x, Span<double> y)
        where V : unmanaged, ILanes<V, double>
    {
        ref double source = ref MemoryMarshal.GetReference(x);
        ref double target = ref MemoryMarshal.GetReference(y);
        V factors = V.Broadcast(factor);
        int i = 0;
        for (; i <= y.Length - V.Count; i += V.Count)
        {
            nuint at = (nuint)i;
            V.Store(V.MultiplyAdd(factors, V.Load(in source, at), V.Load(in target, at)), ref target, at);
        }

        for (; i < y.Length; i++)
        {
            y[i] = Math.FusedMultiplyAdd(factor, x[i], y[i]);
        }
    }
}
