using System.Numerics.Tensors;

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
    public static bool TryFactor(Span<double> a, int n)
    {
        double[] negated = n > Panel ? new double[(n - Panel) * Panel] : [];
        for (int start = 0; start < n; start += Panel)
        {
            int width = Math.Min(Panel, n - start);
            if (!FactorPanel(a, n, start, width))
            {
                return false;
            }

            SubtractPanel(a, n, start, width, negated);
        }

        return true;
    }

    /// <summary>
    /// Like <see cref="TryFactor"/>, adding j·(largest diagonal entry) to the diagonal for j = 0, 1e-12, 1e-10, ... until a factor exists.
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

        if (!TensorPrimitives.IsFiniteAll<double>(a[..(n * n)]))
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
    public static void SolveLower(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        for (int i = 0; i < n; i++)
        {
            Span<double> row = b.Slice(i * columns, columns);
            for (int k = 0; k < i; k++)
            {
                Subtract(factor[(i * n) + k], b.Slice(k * columns, columns), row);
            }

            Divide(row, factor[(i * n) + i]);
        }
    }

    /// <summary>Solves Lᵀ·X = B in place: <paramref name="b"/> is B [n, columns] on entry, X on return.</summary>
    public static void SolveUpper(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        for (int i = n - 1; i >= 0; i--)
        {
            Span<double> row = b.Slice(i * columns, columns);
            Divide(row, factor[(i * n) + i]);
            for (int k = 0; k < i; k++)
            {
                Subtract(factor[(i * n) + k], row, b.Slice(k * columns, columns));
            }
        }
    }

    /// <summary>Solves A·X = B in place with A = L·Lᵀ: <paramref name="b"/> is B [n, columns] on entry, X on return.</summary>
    public static void Solve(ReadOnlySpan<double> factor, int n, Span<double> b, int columns)
    {
        SolveLower(factor, n, b, columns);
        SolveUpper(factor, n, b, columns);
    }

    private static bool FactorPanel(Span<double> a, int n, int start, int width)
    {
        for (int k = start; k < start + width; k++)
        {
            double pivot = a[(k * n) + k];
            if (!(pivot > 0))
            {
                return false;
            }

            double root = Math.Sqrt(pivot);
            a[(k * n) + k] = root;
            for (int i = k + 1; i < n; i++)
            {
                Span<double> row = a.Slice(i * n, n);
                double factor = row[k] / root;
                row[k] = factor;
                int last = Math.Min(i, start + width - 1);
                for (int j = k + 1; j <= last; j++)
                {
                    // Row j of the panel holds L[j, k] already: rows are finished top down.
                    row[j] = Math.FusedMultiplyAdd(-factor, a[(j * n) + k], row[j]);
                }
            }
        }

        return true;
    }

    /// <summary>Lower triangle behind the panel: A22 -= L21·L21ᵀ, in blocks of rows so that little above the diagonal is touched.</summary>
    private static void SubtractPanel(Span<double> a, int n, int start, int width, double[] negated)
    {
        int next = start + width;
        for (int i = next; i < n; i++)
        {
            for (int k = 0; k < width; k++)
            {
                negated[((i - next) * width) + k] = -a[(i * n) + start + k];
            }
        }

        Span<double> upper = stackalloc double[Panel * Panel];
        for (int top = next; top < n; top += Panel)
        {
            int rows = Math.Min(Panel, n - top);
            ReadOnlySpan<double> left = negated.AsSpan((top - next) * width);
            MatrixProduct.AccumulateTransposedB(rows, top - next, width, left, width, a[((next * n) + start)..], n, a[((top * n) + next)..], n);
            CopyBlock(a, n, top, rows, upper);
            MatrixProduct.AccumulateTransposedB(rows, rows, width, left, width, a[((top * n) + start)..], n, upper, Panel);
            for (int i = 0; i < rows; i++)
            {
                upper.Slice(i * Panel, i + 1).CopyTo(a[(((top + i) * n) + top)..]);
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

    private static void Subtract(double factor, ReadOnlySpan<double> x, Span<double> y)
    {
        if (y.Length < 8)
        {
            for (int i = 0; i < y.Length; i++)
            {
                y[i] = Math.FusedMultiplyAdd(-factor, x[i], y[i]);
            }

            return;
        }

        TensorPrimitives.FusedMultiplyAdd(x, -factor, y, y);
    }

    private static void Divide(Span<double> row, double divisor)
    {
        for (int i = 0; i < row.Length; i++)
        {
            row[i] /= divisor;
        }
    }
}
