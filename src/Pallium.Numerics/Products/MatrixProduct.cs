using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Matrix products C += A·B, row-major, each output accumulated over k in order with fused multiply-adds.</summary>
/// <remarks>
/// Every C(i, j) becomes fma(A(i, k-1), B(k-1, j), ... fma(A(i, 0), B(0, j), C(i, j))): the bits do not depend on the
/// shape around it, on strides, or on the register width. A stride is the distance of two stored rows, in elements; what
/// lies between the rows of C is left alone. C overlaps neither A nor B. Nothing is allocated but one panel per thread,
/// at the first product that packs.
/// </remarks>
public static class MatrixProduct
{
    /// <summary>C[m, n] += A[m, k]·B[k, n].</summary>
    /// <exception cref="ArgumentException">A span ends before its matrix does.</exception>
    public static void Accumulate<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(m, n, k, a, strideA, 1, b, strideB, 1, c, strideC);

    /// <summary>C[m, n] += Aᵀ·B with A stored [k, m], B [k, n]: the form of weight gradients, summed over rows k in order.</summary>
    /// <exception cref="ArgumentException">A span ends before its matrix does.</exception>
    public static void AccumulateTransposedA<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(m, n, k, a, 1, strideA, b, strideB, 1, c, strideC);

    /// <summary>C[m, n] += A·Bᵀ with A stored [m, k], B [n, k]. B is transposed on the way: see <see cref="PackedMatrix{T}"/> to do so once.</summary>
    /// <exception cref="ArgumentException">A span ends before its matrix does.</exception>
    public static void AccumulateTransposedB<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(m, n, k, a, strideA, 1, b, 1, strideB, c, strideC);

    /// <summary>C[m, n] += Aᵀ·Bᵀ with A stored [k, m], B [n, k].</summary>
    /// <exception cref="ArgumentException">A span ends before its matrix does.</exception>
    public static void AccumulateTransposedBoth<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(m, n, k, a, 1, strideA, b, 1, strideB, c, strideC);

    /// <summary>
    /// <paramref name="count"/> products of one shape and form, whose matrices begin <paramref name="nextA"/>,
    /// <paramref name="nextB"/> and <paramref name="nextC"/> elements after one another (0: shared by all).
    /// </summary>
    /// <remarks>A shared C sums the products in order.</remarks>
    /// <exception cref="ArgumentException">A span ends before its matrix does.</exception>
    public static void AccumulateBatch<T>(
        int count, ProductForm form, int m, int n, int k,
        ReadOnlySpan<T> a, int strideA, int nextA, ReadOnlySpan<T> b, int strideB, int nextB, Span<T> c, int strideC, int nextC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int rowA, int stepA) = form is ProductForm.TransposedA or ProductForm.TransposedBoth ? (1, strideA) : (strideA, 1);
        (int rowB, int columnB) = form is ProductForm.TransposedB or ProductForm.TransposedBoth ? (1, strideB) : (strideB, 1);
        for (int i = 0; i < count; i++)
        {
            Run(m, n, k, a[(i * nextA)..], rowA, stepA, b[(i * nextB)..], rowB, columnB, c[(i * nextC)..], strideC);
        }
    }

    private static void Run<T>(
        int m, int n, int k, ReadOnlySpan<T> a, int rowA, int stepA, ReadOnlySpan<T> b, int rowB, int columnB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (LaneWidth.Is512)
        {
            Run<T, Lanes512<T>>(m, n, k, a, rowA, stepA, b, rowB, columnB, c, strideC);
        }
        else if (LaneWidth.Is256)
        {
            Run<T, Lanes256<T>>(m, n, k, a, rowA, stepA, b, rowB, columnB, c, strideC);
        }
        else
        {
            Run<T, Lanes128<T>>(m, n, k, a, rowA, stepA, b, rowB, columnB, c, strideC);
        }
    }

    /// <summary>C(i, j) += sum over p of A(i, p)·B(p, j), A(i, p) at i·rowA + p·stepA, B(p, j) at p·rowB + j·columnB.</summary>
    internal static void Run<T, V>(
        int m, int n, int k, ReadOnlySpan<T> a, int rowA, int stepA, ReadOnlySpan<T> b, int rowB, int columnB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where V : unmanaged, ILanes<V, T>
    {
        if (m <= 0 || n <= 0 || k <= 0)
        {
            return;
        }

        OperandSize.Check(a.Length, m, rowA, k, stepA, nameof(a));
        OperandSize.Check(b.Length, k, rowB, n, columnB, nameof(b));
        OperandSize.Check(c.Length, m, strideC, n, 1, nameof(c));
        LeftFactor<T> left = new(in a[0], rowA, stepA);
        Sums<T> sums = new(in c[0], strideC, ref c[0], strideC);
        UnpackedProduct<T, V>.Run(m, n, k, in left, in b[0], rowB, columnB, in sums);
    }
}
