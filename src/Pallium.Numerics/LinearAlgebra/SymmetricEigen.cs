namespace Pallium.Numerics;

/// <summary>Eigenvalues and eigenvectors of symmetric matrices, A = V·diag(λ)·Vᵀ, by cyclic Jacobi rotations.</summary>
/// <remarks>
/// Accurate also for small eigenvalues of scaled diagonally dominant matrices; O(n³) a sweep, six to ten sweeps. Meant for n up to a few hundred.
/// Source: Golub and Van Loan, Matrix Computations, 4th ed., section 8.5.
/// </remarks>
public static class SymmetricEigen
{
    private const int MostSweeps = 60;
    private const double Negligible = 1e-17;

    /// <summary>Decomposes <paramref name="a"/> [n, n] (both triangles filled), which is overwritten.</summary>
    /// <param name="a">A on entry; on return its diagonal holds the eigenvalues.</param>
    /// <param name="n">Rows and columns.</param>
    /// <param name="values">λ [n], in no particular order.</param>
    /// <param name="vectors">[n, n]: row i is the unit eigenvector of value i, that is Vᵀ.</param>
    public static void Decompose(Span<double> a, int n, Span<double> values, Span<double> vectors)
    {
        vectors[..(n * n)].Clear();
        for (int i = 0; i < n; i++)
        {
            vectors[(i * n) + i] = 1;
        }

        double largest = 0;
        for (int i = 0; i < n * n; i++)
        {
            largest = Math.Max(largest, Math.Abs(a[i]));
        }

        int sweep = 0;
        while (sweep < MostSweeps && Sweep(a, n, vectors, Negligible * largest))
        {
            sweep++;
        }

        for (int i = 0; i < n; i++)
        {
            values[i] = a[(i * n) + i];
        }
    }

    /// <summary>One rotation for every pair that is not yet negligible; false when there was none.</summary>
    private static bool Sweep(Span<double> a, int n, Span<double> vectors, double negligible)
    {
        bool rotated = false;
        for (int p = 0; p < n - 1; p++)
        {
            for (int q = p + 1; q < n; q++)
            {
                double off = a[(p * n) + q];
                if (Math.Abs(off) <= negligible)
                {
                    continue;
                }

                rotated = true;
                double theta = (a[(q * n) + q] - a[(p * n) + p]) / (2 * off);
                double tangent = Math.CopySign(1, theta) / (Math.Abs(theta) + Math.Sqrt((theta * theta) + 1));
                double cosine = 1 / Math.Sqrt((tangent * tangent) + 1);
                Rotate(a, n, p, q, cosine, tangent * cosine, vectors);
            }
        }

        return rotated;
    }

    private static void Rotate(Span<double> a, int n, int p, int q, double cosine, double sine, Span<double> vectors)
    {
        RotateRows(a.Slice(p * n, n), a.Slice(q * n, n), cosine, sine);
        for (int k = 0; k < n; k++)
        {
            double x = a[(k * n) + p];
            double y = a[(k * n) + q];
            a[(k * n) + p] = (cosine * x) - (sine * y);
            a[(k * n) + q] = (sine * x) + (cosine * y);
        }

        a[(p * n) + q] = 0;
        a[(q * n) + p] = 0;
        RotateRows(vectors.Slice(p * n, n), vectors.Slice(q * n, n), cosine, sine);
    }

    private static void RotateRows(Span<double> p, Span<double> q, double cosine, double sine)
    {
        for (int k = 0; k < p.Length; k++)
        {
            double x = p[k];
            double y = q[k];
            p[k] = (cosine * x) - (sine * y);
            q[k] = (sine * x) + (cosine * y);
        }
    }
}
