using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Expressions of small dense matrices, row-major, each result a new array.</summary>
internal static class Dense
{
    /// <summary>A·B with A [m, k], B [k, n].</summary>
    public static double[] Product(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int m, int k, int n)
    {
        double[] c = new double[m * n];
        MatrixProduct.Accumulate(m, n, k, a, k, b, n, c, n);
        return c;
    }

    /// <summary>A·Bᵀ with A [m, k], B [n, k].</summary>
    public static double[] ProductTransposed(ReadOnlySpan<double> a, ReadOnlySpan<double> b, int m, int k, int n)
    {
        double[] c = new double[m * n];
        MatrixProduct.AccumulateTransposedB(m, n, k, a, k, b, k, c, n);
        return c;
    }

    /// <summary>A·P·Aᵀ + <paramref name="added"/>, made exactly symmetric, with A [m, k], P [k, k]; nothing is added where it is empty.</summary>
    public static double[] Sandwich(ReadOnlySpan<double> a, ReadOnlySpan<double> p, int m, int k, ReadOnlySpan<double> added = default)
    {
        double[] half = Product(a, p, m, k, k);
        double[] c = added.IsEmpty ? new double[m * m] : added.ToArray();
        MatrixProduct.AccumulateTransposedB<double>(m, m, k, half, k, a, k, c, m);
        Symmetrise(c, m);
        return c;
    }

    /// <summary>The transpose of A [m, n].</summary>
    public static double[] Transpose(ReadOnlySpan<double> a, int m, int n)
    {
        double[] t = new double[m * n];
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                t[(j * m) + i] = a[(i * n) + j];
            }
        }

        return t;
    }

    /// <summary>y += A·x with A [m, n].</summary>
    public static void AddProduct(ReadOnlySpan<double> a, ReadOnlySpan<double> x, Span<double> y)
    {
        for (int i = 0; i < y.Length; i++)
        {
            y[i] = Dot(a.Slice(i * x.Length, x.Length), x, y[i]);
        }
    }

    /// <summary>start + a·b, in order.</summary>
    public static double Dot(ReadOnlySpan<double> a, ReadOnlySpan<double> b, double start = 0)
    {
        for (int i = 0; i < a.Length; i++)
        {
            start = Math.FusedMultiplyAdd(a[i], b[i], start);
        }

        return start;
    }

    /// <summary>Sets both triangles to their mean.</summary>
    public static void Symmetrise(Span<double> a, int n)
    {
        for (int i = 0; i < n; i++)
        {
            for (int j = 0; j < i; j++)
            {
                a[(i * n) + j] = a[(j * n) + i] = (a[(i * n) + j] + a[(j * n) + i]) / 2;
            }
        }
    }

    /// <summary>The identity.</summary>
    public static double[] Identity(int n)
    {
        double[] a = new double[n * n];
        for (int i = 0; i < n; i++)
        {
            a[(i * n) + i] = 1;
        }

        return a;
    }

    /// <summary>The diagonal of A [n, n], times <paramref name="factor"/>.</summary>
    public static double[] Diagonal(ReadOnlySpan<double> a, int n, double factor = 1)
    {
        double[] diagonal = new double[n];
        for (int i = 0; i < n; i++)
        {
            diagonal[i] = factor * a[(i * n) + i];
        }

        return diagonal;
    }

    /// <summary>The rows <paramref name="rows"/> of A [·, n].</summary>
    public static double[] Rows(ReadOnlySpan<double> a, int n, ReadOnlySpan<int> rows)
    {
        double[] selected = new double[rows.Length * n];
        for (int i = 0; i < rows.Length; i++)
        {
            a.Slice(rows[i] * n, n).CopyTo(selected.AsSpan(i * n));
        }

        return selected;
    }

    /// <summary>Entries [rows, columns] of A [n, n].</summary>
    public static double[] Block(ReadOnlySpan<double> a, int n, ReadOnlySpan<int> rows, ReadOnlySpan<int> columns)
    {
        double[] block = new double[rows.Length * columns.Length];
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < columns.Length; j++)
            {
                block[(i * columns.Length) + j] = a[(rows[i] * n) + columns[j]];
            }
        }

        return block;
    }
}
