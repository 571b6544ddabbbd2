using System.Numerics.Tensors;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>Cholesky factors of symmetric positive definite matrices, A = L·Lᵀ, and the solves that use them.</summary>
/// <remarks>
/// Matrices are row-major, [n, n]. Every entry is one chain of fused multiply-adds over k in order, so neither the panel
/// width nor the register width shows in the bits. Single-threaded; n³/6 multiply-adds for the factor, n² for a solve.
/// Source: Golub and Van Loan, Matrix Computations, 4th ed., section 4.2.
/// </remarks>
public static class Cholesky
{
    private const int Panel = 48;
    private const double FirstJitter = 1e-12;
    private const double JitterGrowth = 100;

    /// <summary>Replaces the lower triangle of <paramref name="a"/> by L; the strict upper triangle is neither read nor written.</summary>
    /// <returns>False when a pivot is not positive: A is not positive definite to rounding, and its lower triangle is spoilt.</returns>
    public static bool TryFactor(Span<double> a, int n) => TryFactor(a, n, n > Panel ? new double[ScratchSize(n)] : []);

    /// <summary>Numbers of scratch that a factorisation needs.</summary>
    public static int ScratchSize(int n) => 2 * Math.Max(0, n - Panel) * Panel;

    /// <summary>Like <see cref="TryFactor(Span{double}, int)"/>, without allocation.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryFactor(Span<double> a, int n, Span<double> scratch)
    {
        // Below the panel L21 is kept transposed, [panel, rows], so that its solve and the update run along rows.
        Span<double> below = scratch[..(ScratchSize(n) / 2)];
        Span<double> negated = scratch.Slice(below.Length, below.Length);
        for (int start = 0; start < n; start += Panel)
        {
            int width = Math.Min(Panel, n - start);
            if (!FactorDiagonal(a, n, start, width))
            {
                return false;
            }

            if (start + width < n)
            {
                SolveBelow(a, n, start, width, below);
                SubtractPanel(a, n, start, width, below, negated);
            }
        }

        return true;
    }

    /// <summary>
    /// Like <see cref="TryFactor(Span{double}, int)"/>, adding j·(largest diagonal entry) to the diagonal for j = 0, 1e-12, 1e-10, ... until a factor exists.
    /// <paramref name="a"/> is symmetric, both triangles filled.
    /// </summary>
    /// <returns>What was added to the diagonal.</returns>
    /// <exception cref="ArithmeticException">The matrix holds a NaN or an infinity.</exception>
    public static double FactorWithJitter(Span<double> a, int n)
    {
        double[] diagonal = new double[n];
        double largest = 0;
        for (int i = 0; i < n; i++)
        {
            diagonal[i] = a[(i * n) + i];
            largest = Math.Max(largest, Math.Abs(diagonal[i]));
        }

        if (n > 0 && !TensorPrimitives.IsFiniteAll<double>(a[..(n * n)]))
        {
            throw new ArithmeticException("A matrix to be factored holds a number that is not finite.");
        }

        double scale = largest > 0 ? largest : 1;
        double jitter = 0;
        for (double next = FirstJitter * scale; !TryFactor(a, n); next *= JitterGrowth)
        {
            jitter = next;
            for (int i = 0; i < n; i++)
            {
                a[(i * n) + i] = diagonal[i] + jitter;
                for (int j = i + 1; j < n; j++)
                {
                    a[(j * n) + i] = a[(i * n) + j];
                }
            }
        }

        return jitter;
    }

    /// <summary>Solves L·X = B in place: <paramref name="b"/> is B [n, columns] on entry, X on return.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveLower(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = b.Slice(i * columns, columns);
            if (columns == 1)
            {
                double sum = row[0];
                for (int k = 0; k < i; k++)
                {
                    sum = Math.FusedMultiplyAdd(-factor[(i * n) + k], b[k], sum);
                }

                row[0] = sum / factor[(i * n) + i];
                continue;
            }

            for (int k = 0; k < i; k++)
            {
                RowUpdate.AddScaled(-factor[(i * n) + k], b.Slice(k * columns, columns), row);
            }

            Divide(row, factor[(i * n) + i]);
        }
    }

    /// <summary>Solves Lᵀ·X = B in place: <paramref name="b"/> is B [n, columns] on entry, X on return.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void SolveUpper(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        for (int i = n - 1; i >= 0; i--)
        {
            Span<double> row = b.Slice(i * columns, columns);
            Divide(row, factor[(i * n) + i]);
            if (columns == 1)
            {
                // Row i of L is column i of Lᵀ.
                RowUpdate.AddScaled(-row[0], factor.Slice(i * n, i), b[..i]);
                continue;
            }

            for (int k = 0; k < i; k++)
            {
                RowUpdate.AddScaled(-factor[(i * n) + k], row, b.Slice(k * columns, columns));
            }
        }
    }

    /// <summary>Solves A·X = B in place with A = L·Lᵀ: <paramref name="b"/> is B [n, columns] on entry, X on return.</summary>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        SolveLower(factor, n, b, columns);
        SolveUpper(factor, n, b, columns);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static bool FactorDiagonal(Span<double> a, int n, int start, int width)
    {
        for (int i = start; i < start + width; i++)
        {
            Span<double> row = a.Slice((i * n) + start, width);
            for (int j = start; j <= i; j++)
            {
                ReadOnlySpan<double> left = a.Slice((j * n) + start, width);
                double sum = row[j - start];
                for (int k = 0; k < j - start; k++)
                {
                    sum = Math.FusedMultiplyAdd(-row[k], left[k], sum);
                }

                if (j < i)
                {
                    row[j - start] = sum / left[j - start];
                }
                else if (sum > 0)
                {
                    row[j - start] = Math.Sqrt(sum);
                }
                else
                {
                    return false;
                }
            }
        }

        return true;
    }

    /// <summary>L21 = A21·L11⁻ᵀ for the rows under the panel, in place and, transposed, into <paramref name="below"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SolveBelow(Span<double> a, int n, int start, int width, Span<double> below)
    {
        int next = start + width;
        int rows = n - next;
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < width; k++)
            {
                below[(k * rows) + i] = a[((next + i) * n) + start + k];
            }
        }

        Span<double> diagonal = stackalloc double[Panel * Panel];
        for (int k = 0; k < width; k++)
        {
            a.Slice(((start + k) * n) + start, k + 1).CopyTo(diagonal[(k * width)..]);
        }

        SolveLower(diagonal, width, below, rows);
        for (int i = 0; i < rows; i++)
        {
            for (int k = 0; k < width; k++)
            {
                a[((next + i) * n) + start + k] = below[(k * rows) + i];
            }
        }
    }

    /// <summary>Lower triangle behind the panel: A22 -= L21·L21ᵀ, in blocks of rows so that little above the diagonal is computed.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void SubtractPanel(Span<double> a, int n, int start, int width, Span<double> below, Span<double> negated)
    {
        int next = start + width;
        int rows = n - next;
        for (int i = 0; i < width * rows; i++)
        {
            negated[i] = -below[i];
        }

        Span<double> corner = stackalloc double[Panel * Panel];
        for (int top = 0; top < rows; top += Panel)
        {
            int count = Math.Min(Panel, rows - top);
            MatrixProduct.AccumulateTransposedA<double>(count, top, width, negated[top..], rows, below, rows, a[(((next + top) * n) + next)..], n);
            CopyBlock(a, n, next + top, count, corner);
            MatrixProduct.AccumulateTransposedA<double>(count, count, width, negated[top..], rows, below[top..], rows, corner, Panel);
            for (int i = 0; i < count; i++)
            {
                corner.Slice(i * Panel, i + 1).CopyTo(a[(((next + top + i) * n) + next + top)..]);
            }
        }
    }

    private static void CopyBlock(ReadOnlySpan<double> a, int n, int top, int rows, Span<double> block)
    {
        for (int i = 0; i < rows; i++)
        {
            a.Slice(((top + i) * n) + top, i + 1).CopyTo(block[(i * Panel)..]);
        }
    }

    private static void Divide(Span<double> row, double divisor)
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] /= divisor;
        }
    }
}
