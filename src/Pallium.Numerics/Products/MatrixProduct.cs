using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Matrix products C += A·B, row-major, each output accumulated over k in order with fused multiply-adds.</summary>
public static class MatrixProduct
{
    /// <summary>C[m, n] += A[m, k]·B[k, n].</summary>
    public static void Accumulate<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = c[(i * strideC) + j];
                for (int p = 0; p < k; p++)
                {
                    sum = T.FusedMultiplyAdd(a[(i * strideA) + p], b[(p * strideB) + j], sum);
                }

                c[(i * strideC) + j] = sum;
            }
        }
    }

    /// <summary>C[m, n] += Aᵀ·B with A stored [k, m], B [k, n]: the form of weight gradients, summed over rows k in order.</summary>
    public static void AccumulateTransposedA<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = c[(i * strideC) + j];
                for (int p = 0; p < k; p++)
                {
                    sum = T.FusedMultiplyAdd(a[(p * strideA) + i], b[(p * strideB) + j], sum);
                }

                c[(i * strideC) + j] = sum;
            }
        }
    }

    /// <summary>C[m, n] += A·Bᵀ with A stored [m, k], B [n, k].</summary>
    public static void AccumulateTransposedB<T>(int m, int n, int k, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> b, int strideB, Span<T> c, int strideC)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int i = 0; i < m; i++)
        {
            for (int j = 0; j < n; j++)
            {
                T sum = c[(i * strideC) + j];
                for (int p = 0; p < k; p++)
                {
                    sum = T.FusedMultiplyAdd(a[(i * strideA) + p], b[(j * strideB) + p], sum);
                }

                c[(i * strideC) + j] = sum;
            }
        }
    }
}
