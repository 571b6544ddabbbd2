using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>Products whose right factor lies in the caller's memory: read there, or packed panel by panel on the way.</summary>
internal static class UnpackedProduct<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    // A block of B of this many steps is read once for every tile above it, from the second-level cache.
    private const int StepsPerBlock = 256;
    private const int CachedBytes = 512 * 1024;

    [ThreadStatic]
    private static AlignedBuffer<T>? t_panel;

    /// <summary>c.End = c.Start + A·B with B(p, j) at b + p·rowB + j·columnB; no size is 0.</summary>
    public static void Run(int m, int n, int k, in LeftFactor<T> a, ref readonly T b, nint rowB, nint columnB, in Sums<T> c)
    {
        // Rows of B are read where they lie (117 against 109 GFLOP/s packed for 72 x 256 x 512) unless a block of them
        // spreads too far for the cache to hold and there are tiles enough to repay the packing.
        bool near = m <= 4 * RegisterTile<T, V>.MaxRows || StepsPerBlock * rowB * Unsafe.SizeOf<T>() <= CachedBytes;
        int direct = columnB == 1 && near ? n - (n % V.Count) : 0;
        for (int p = 0; p < k; p += StepsPerBlock)
        {
            int steps = Math.Min(StepsPerBlock, k - p);
            LeftFactor<T> left = a.From(0, p);
            Sums<T> sums = p == 0 ? c : c.Continued();
            ref T block = ref Unsafe.Add(ref Unsafe.AsRef(in b), p * rowB);
            if (direct > 0)
            {
                RightFactor<T> right = new(in block, RegisterTile<T, V>.Width, rowB);
                ProductLoops<T, V>.Run(m, direct, steps, in left, in right, in sums);
            }

            if (direct < n)
            {
                RunPacked(m, n - direct, steps, in left, ref Unsafe.Add(ref block, direct * columnB), rowB, columnB, sums.From(0, direct));
            }
        }
    }

    private static void RunPacked(int m, int n, int k, in LeftFactor<T> a, ref T b, nint rowB, nint columnB, in Sums<T> c)
    {
        int width = RegisterTile<T, V>.Width;
        t_panel ??= new AlignedBuffer<T>(StepsPerBlock * width);
        ref T panel = ref t_panel.Span[0];
        RightFactor<T> right = new(in panel, 0, width);
        for (int j = 0; j < n; j += width)
        {
            int columns = Math.Min(width, n - j);
            PanelPacking<T>.Pack(k, columns, in Unsafe.Add(ref b, j * columnB), rowB, columnB, ref panel, width);
            ProductLoops<T, V>.Run(m, columns, k, in a, in right, c.From(0, j));
        }
    }
}
