using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>Sums of products of long vectors, with the same bits at every register width.</summary>
public static class InnerProduct
{
    /// <summary>Element i is added to running sum i mod 16; the sums are combined as a fixed tree.</summary>
    private const int VirtualLanes = 16;

    /// <summary>Σ x[i]·y[i] in double. O(n), no allocation; 0 for empty spans. The spans have equal lengths.</summary>
    public static double Of(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        if (LaneWidth.Is512)
        {
            return Sum<Lanes512<double>>(x, y);
        }

        return LaneWidth.Is256 ? Sum<Lanes256<double>>(x, y) : Sum<Lanes128<double>>(x, y);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static double Sum<V>(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
        where V : unmanaged, ILanes<V, double>
    {
        Span<double> sums = stackalloc double[VirtualLanes];
        sums.Clear();
        int body = x.Length - (x.Length % VirtualLanes);
        if (body > 0)
        {
            Body<V>(ref MemoryMarshal.GetReference(x), ref MemoryMarshal.GetReference(y), body, sums);
        }

        for (int i = body; i < x.Length; i++)
        {
            sums[i - body] = Math.FusedMultiplyAdd(x[i], y[i], sums[i - body]);
        }

        for (int half = VirtualLanes / 2; half > 0; half /= 2)
        {
            for (int i = 0; i < half; i++)
            {
                sums[i] += sums[i + half];
            }
        }

        return sums[0];
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Body<V>(ref double x, ref double y, int length, Span<double> sums)
        where V : unmanaged, ILanes<V, double>
    {
        // Four registers at a time: all sixteen lanes at 256 bits, twice two at 512, in two passes at 128.
        int registers = VirtualLanes / V.Count;
        for (int first = 0; first < registers; first += 4)
        {
            V a = V.Zero, b = V.Zero, c = V.Zero, d = V.Zero;
            nuint offset = (nuint)(first * V.Count);
            nuint count = (nuint)V.Count;
            if (registers == 2)
            {
                for (nuint i = 0; i < (nuint)length; i += VirtualLanes)
                {
                    a = V.MultiplyAdd(V.Load(in x, i), V.Load(in y, i), a);
                    b = V.MultiplyAdd(V.Load(in x, i + count), V.Load(in y, i + count), b);
                }
            }
            else
            {
                for (nuint i = offset; i < (nuint)length; i += VirtualLanes)
                {
                    a = V.MultiplyAdd(V.Load(in x, i), V.Load(in y, i), a);
                    b = V.MultiplyAdd(V.Load(in x, i + count), V.Load(in y, i + count), b);
                    c = V.MultiplyAdd(V.Load(in x, i + (2 * count)), V.Load(in y, i + (2 * count)), c);
                    d = V.MultiplyAdd(V.Load(in x, i + (3 * count)), V.Load(in y, i + (3 * count)), d);
                }
            }

            ref double target = ref MemoryMarshal.GetReference(sums);
            V.Store(a, ref target, offset);
            V.Store(b, ref target, offset + count);
            if (registers > 2)
            {
                V.Store(c, ref target, offset + (2 * count));
                V.Store(d, ref target, offset + (3 * count));
            }
        }
    }
}
