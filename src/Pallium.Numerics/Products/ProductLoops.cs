using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>Covers a result of any shape with tiles.</summary>
internal static class ProductLoops<T, V>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
    where V : unmanaged, ILanes<V, T>
{
    /// <summary>Steps of k done at a time: a panel of B this long stays in the second-level cache for all tiles of its column.</summary>
    public const int StepsPerBlock = 512;

    private const int EdgeBytes = 512;

    /// <summary>c.End = c.Start + A·B; no size is 0.</summary>
    /// <remarks>
    /// B must be readable, with any content, up to its last column rounded up to a multiple of <see cref="ReadMultiple"/>.
    /// </remarks>
    public static void Run(int m, int n, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
    {
        if (m == 1)
        {
            Row(n, k, in a, in b, in c);
            return;
        }

        for (int p = 0; p < k; p += StepsPerBlock)
        {
            int steps = Math.Min(StepsPerBlock, k - p);
            Columns(m, n, steps, a.From(0, p), b.From(p, 0, RegisterTile<T, V>.Width), p == 0 ? c : c.Continued());
        }
    }

    /// <summary>How many columns of B at a time are read for a result of <paramref name="m"/> rows.</summary>
    public static int ReadMultiple(int m) => m == 1 ? V.Count : Lanes128<T>.Count;

    private static void Columns(int m, int n, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
    {
        int width = RegisterTile<T, V>.Width;
        int whole = n - (n % V.Count);
        for (int j = 0; j < whole; j += width)
        {
            Column(m, Math.Min(whole - j, width) / V.Count, k, in a, b.From(0, j, width), c.From(0, j));
        }

        if (whole < n)
        {
            Rest(m, n - whole, k, in a, b.From(0, whole, width), c.From(0, whole));
        }
    }

    private static void Row(int n, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
    {
        int most = RowTile<T, V>.MaxVectors * V.Count;
        for (int j = 0; j < n; j += most)
        {
            int columns = Math.Min(n - j, most);
            RightFactor<T> right = b.From(0, j, RegisterTile<T, V>.Width);
            if (columns % V.Count == 0)
            {
                RowTile<T, V>.Run(columns / V.Count, k, in a, in right, c.From(0, j));
            }
            else
            {
                Edge(1, columns, k, in a, in right, c.From(0, j));
            }
        }
    }

    private static void Column(int m, int vectors, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
    {
        // Rows are dealt out evenly: four tiles of 5 rows beat 6, 6, 6 and 2.
        int tiles = (m + RegisterTile<T, V>.MaxRows - 1) / RegisterTile<T, V>.MaxRows;
        (int rows, int taller) = Math.DivRem(m, tiles);
        if (taller > 0)
        {
            RegisterTile<T, V>.Run(taller, rows + 1, vectors, k, in a, in b, in c);
        }

        int done = taller * (rows + 1);
        RegisterTile<T, V>.Run(tiles - taller, rows, vectors, k, a.From(done, 0), in b, c.From(done, 0));
    }

    // Fewer columns than a register has: narrower registers, and at last a padded copy.
    private static void Rest(int m, int columns, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
    {
        if (V.Count == Lanes512<T>.Count)
        {
            ProductLoops<T, Lanes256<T>>.Columns(m, columns, k, in a, in b, in c);
        }
        else if (V.Count == Lanes256<T>.Count)
        {
            ProductLoops<T, Lanes128<T>>.Columns(m, columns, k, in a, in b, in c);
        }
        else
        {
            int most = EdgeBytes / Unsafe.SizeOf<T>() / V.Count;
            for (int i = 0; i < m; i += most)
            {
                Edge(Math.Min(m - i, most), columns, k, a.From(i, 0), in b, c.From(i, 0));
            }
        }
    }

    private static void Edge(int rows, int columns, int k, in LeftFactor<T> a, in RightFactor<T> b, in Sums<T> c)
    {
        int vectors = (columns + V.Count - 1) / V.Count;
        int width = vectors * V.Count;
        Span<T> block = stackalloc T[EdgeBytes / Unsafe.SizeOf<T>()];
        CopyRows(rows, columns, in c.Start, c.StartRow, ref block[0], width);
        Sums<T> inside = new(in block[0], width, ref block[0], width);
        if (rows == 1)
        {
            RowTile<T, V>.Run(vectors, k, in a, in b, in inside);
        }
        else
        {
            Column(rows, vectors, k, in a, in b, in inside);
        }

        CopyRows(rows, columns, in block[0], width, ref c.End, c.Row);
    }

    private static void CopyRows(int rows, int columns, ref readonly T source, nint sourceRow, ref T target, nint targetRow)
    {
        for (int i = 0; i < rows; i++)
        {
            ref T from = ref Unsafe.Add(ref Unsafe.AsRef(in source), i * sourceRow);
            ref T to = ref Unsafe.Add(ref target, i * targetRow);
            for (int j = 0; j < columns; j++)
            {
                Unsafe.Add(ref to, j) = Unsafe.Add(ref from, j);
            }
        }
    }
}
