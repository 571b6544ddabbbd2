namespace Pallium.Numerics;

/// <summary>Cholesky factors of symmetric positive semidefinite matrices, A = L·Lᵀ, in the given order: rows that follow from those before them are left out.</summary>
/// <remarks>
/// Matrices are row-major, [n, n]. A row whose pivot does not exceed its floor is dependent: its diagonal entry and its column in L are zero, its row holds
/// how it follows from the rows before it. <see cref="Solve"/> then applies a generalised inverse A⁻, A·A⁻·A = A: that of the rows kept, zero elsewhere. For B in the range
/// of A, A⁻·B solves A·X = B. O(n³/6) multiply-adds for the factor, n² for a solve.
/// Source: Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., section 10.3, without pivoting, because the order carries meaning.
/// </remarks>
public static class SemidefiniteCholesky
{
    /// <summary>Replaces the lower triangle of <paramref name="a"/> by L; the strict upper triangle is neither read nor written.</summary>
    /// <param name="a">A, [n, n].</param>
    /// <param name="n">Rows and columns.</param>
    /// <param name="floors">[n]: pivots up to here are taken for rounding errors; not negative.</param>
    /// <returns>How many rows were kept: the rank.</returns>
    public static int Factor(Span<double> a, int n, ReadOnlySpan<double> floors)
    {
        int rank = 0;
        for (int i = 0; i < n; i++)
        {
            Span<double> row = a.Slice(i * n, i + 1);
            for (int j = 0; j <= i; j++)
            {
                ReadOnlySpan<double> left = a.Slice(j * n, j + 1);
                double sum = row[j];
                for (int k = 0; k < j; k++)
                {
                    sum = Math.FusedMultiplyAdd(-row[k], left[k], sum);
                }

                row[j] = j == i ? (sum > floors[i] ? Math.Sqrt(sum) : 0) : left[j] > 0 ? sum / left[j] : 0;
            }

            rank += row[i] > 0 ? 1 : 0;
        }

        return rank;
    }

    /// <summary>
    /// Solves L·X = B in place: <paramref name="b"/> is B [n, columns] on entry, X on return. A dependent row keeps what the rows before it do not
    /// explain: zero, to rounding, where B is in the range of A.
    /// </summary>
    public static void SolveLower(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = b.Slice(i * columns, columns);
            for (int k = 0; k < i; k++)
            {
                if (factor[(k * n) + k] > 0)
                {
                    RowUpdate.AddScaled(-factor[(i * n) + k], b.Slice(k * columns, columns), row);
                }
            }

            Divide(row, factor[(i * n) + i]);
        }
    }

    /// <summary>Solves Lᵀ·X = B in place over the rows kept; dependent rows of X are zero.</summary>
    public static void SolveUpper(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        for (int i = n - 1; i >= 0; i--)
        {
            Span<double> row = b.Slice(i * columns, columns);
            if (factor[(i * n) + i] == 0)
            {
                row.Clear();
                continue;
            }

            for (int k = i + 1; k < n; k++)
            {
                RowUpdate.AddScaled(-factor[(k * n) + i], b.Slice(k * columns, columns), row);
            }

            Divide(row, factor[(i * n) + i]);
        }
    }

    /// <summary>X = A⁻·B in place: <paramref name="b"/> is B [n, columns] on entry, X on return.</summary>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        SolveLower(factor, n, b, columns);
        SolveUpper(factor, n, b, columns);
    }

    /// <summary>Divides by a pivot; a dependent row has none and stays.</summary>
    private static void Divide(Span<double> row, double pivot)
    {
        for (int i = 0; pivot > 0 && i < row.Length; i++)
        {
            row[i] /= pivot;
        }
    }
}
