using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Matrix products C += A·B, row-major, each output accumulated over k in order with fused multiply-adds.</summary>
/// <remarks>
/// Every C(i, j) is fma(A(i, k-1), B(k-1, j), ... fma(A(i, 0), B(0, j), C(i, j))): the bits do not depend on the shape
/// around it, the register width or the strides. A stride is the distance of two rows in elements. C overlaps neither A nor B.
/// </remarks>
public static class MatrixProduct
{
    /// <summary>C[m, n] += A[m, k]·B[k, n].</summary>
    public static void Accumulate<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(m, n, k, a, strideA, 1, b, strideB, 1, c, strideC);

    /// <summary>C[m, n] += Aᵀ·B with A stored [k, m], B [k, n]: the form of weight gradients, summed over rows k in order.</summary>
    public static void AccumulateTransposedA<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(m, n, k, a, 1, strideA, b, strideB, 1, c, strideC);

    /// <summary>C[m, n] += A·Bᵀ with A stored [m, k], B [n, k].</summary>
    public static void AccumulateTransposedB<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(m, n, k, a, strideA, 1, b, 1, strideB, c, strideC);

    /// <summary>C[m, n] += Aᵀ·Bᵀ with A stored [k, m], B [n, k].</summary>
    public static void AccumulateTransposedBoth<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        Run(m, n, k, a, 1, strideA, b, 1, strideB, c, strideC);

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
        if (m == 0 || n == 0 || k == 0)
        {
            return;
        }

        LeftFactor<T> left = new(in a[0], rowA, stepA);
        Sums<T> sums = new(in c[0], strideC, ref c[0], strideC);
        UnpackedProduct<T, V>.Run(m, n, k, in left, in b[0], rowB, columnB, in sums);
    }
}
