using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>Products whose right factor lies in the caller's memory: read there, or packed panel by panel on the way.</summary>
internal static class UnpackedProduct<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    private const int StepsPerBlock = 256;

    [ThreadStatic]
    private static AlignedBuffer<T>? _panel;

    /// <summary>c.End = c.Start + A·B with B(p, j) at b + p·rowB + j·columnB; no size is 0.</summary>
    public static void Run(int m, int n, int k, in LeftFactor<T> a, ref readonly T b, nint rowB, nint columnB, in Sums<T> c)
    {
        // Rows of B are read where they lie (117 against 109 GFLOP/s packed for 72 x 256 x 512) unless they spread too
        // far for the cache, the sooner the fewer lines a tile takes of each, and there are tiles to repay the packing.
        int spread = StepsPerBlock * RegisterTile<T, V>.MaxVectors * 512;
        bool near = m <= 4 * RegisterTile<T, V>.MaxRows || Math.Min(k, StepsPerBlock) * rowB * Unsafe.SizeOf<T>() <= spread;
        int direct = columnB == 1 && near ? n - (n % ProductLoops<T, V>.ReadMultiple(m)) : 0;
        if (direct > 0)
        {
            RightFactor<T> right = new(in b, RegisterTile<T, V>.Width, rowB);
            ProductLoops<T, V>.Run(m, direct, k, in a, in right, in c);
        }

        if (direct < n)
        {
            RunPacked(m, n - direct, k, in a, ref Unsafe.Add(ref Unsafe.AsRef(in b), direct * columnB), rowB, columnB, c.From(0, direct));
        }
    }

    private static void RunPacked(int m, int n, int k, in LeftFactor<T> a, ref T b, nint rowB, nint columnB, in Sums<T> c)
    {
        int width = RegisterTile<T, V>.Width;
        _panel ??= new AlignedBuffer<T>(StepsPerBlock * width);
        ref T panel = ref _panel.Span[0];
        RightFactor<T> right = new(in panel, 0, width);
        for (int p = 0; p < k; p += StepsPerBlock)
        {
            int steps = Math.Min(StepsPerBlock, k - p);
            LeftFactor<T> left = a.From(0, p);
            Sums<T> sums = p == 0 ? c : c.Continued();
            for (int j = 0; j < n; j += width)
            {
                int columns = Math.Min(width, n - j);
                PanelPacking<T>.Pack(steps, columns, in Unsafe.Add(ref b, (p * rowB) + (j * columnB)), rowB, columnB, ref panel, width);
                ProductLoops<T, V>.Run(m, columns, steps, in left, in right, sums.From(0, j));
            }
        }
    }
}
