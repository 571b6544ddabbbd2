using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Sums of products of one coordinate's lagged values: the normal equations of autoregressions of every order up to L.</summary>
/// <remarks>
/// G[i, j] = Σ_t x[t-i] x[t-j], i, j = 0..L, over the targets t = L..n-1 of a stretch: the covariance method. The first row costs L·n
/// multiply-adds; G[i+1, j+1] = G[i, j] + x[L-1-i] x[L-1-j] - x[n-1-i] x[n-1-j] gives the rest in L²/2 instead of n·L²/2.
/// </remarks>
internal static class LagGram
{
    private const int Block = 64;

    /// <summary>Adds a stretch to <paramref name="gram"/>, [L+1, L+1].</summary>
    /// <param name="x">The stretch, holes filled.</param>
    /// <param name="missing">Which values were holes, or empty for none: they serve as inputs, not as targets.</param>
    /// <param name="lookback">L.</param>
    /// <param name="gram">[L+1, L+1], added to.</param>
    /// <returns>Number of targets.</returns>
    public static int Accumulate(ReadOnlySpan<double> x, ReadOnlySpan<bool> missing, int lookback, Span<double> gram)
    {
        int n = x.Length;
        int size = lookback + 1;
        if (n <= lookback)
        {
            return 0;
        }

        double[] sums = new double[size * size];
        for (int j = 0; j < size; j++)
        {
            sums[j] = Reduction.Dot<double>(x[lookback..], x.Slice(lookback - j, n - lookback));
        }

        for (int i = 0; i < lookback; i++)
        {
            double first = x[lookback - 1 - i];
            double last = x[n - 1 - i];
            for (int j = i; j < lookback; j++)
            {
                double sum = Math.FusedMultiplyAdd(first, x[lookback - 1 - j], sums[(i * size) + j]);
                sums[((i + 1) * size) + j + 1] = Math.FusedMultiplyAdd(-last, x[n - 1 - j], sum);
            }
        }

        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < size; j++)
            {
                gram[(i * size) + j] += j < i ? sums[(j * size) + i] : sums[(i * size) + j];
            }
        }

        return n - lookback - (missing.IsEmpty ? 0 : SubtractMissing(x, missing, lookback, gram));
    }

    /// <summary>Takes the targets that are holes out again; returns their number.</summary>
    private static int SubtractMissing(ReadOnlySpan<double> x, ReadOnlySpan<bool> missing, int lookback, Span<double> gram)
    {
        int size = lookback + 1;
        double[] rows = new double[Block * size];
        double[] negated = new double[Block * size];
        int count = 0;
        int total = 0;
        for (int t = lookback; t < x.Length; t++)
        {
            if (missing[t])
            {
                for (int i = 0; i < size; i++)
                {
                    rows[(count * size) + i] = x[t - i];
                    negated[(count * size) + i] = -x[t - i];
                }

                count++;
                total++;
            }

            if (count == Block || (t == x.Length - 1 && count > 0))
            {
                SubtractLower(count, size, negated, rows, gram);
                count = 0;
            }
        }

        for (int i = 0; i < size; i++)
        {
            for (int j = 0; j < i; j++)
            {
                gram[(j * size) + i] = gram[(i * size) + j];
            }
        }

        return total;
    }

    /// <summary>The sums on and under the diagonal, in bands of rows, with a little above it.</summary>
    private static void SubtractLower(int count, int size, ReadOnlySpan<double> negated, ReadOnlySpan<double> rows, Span<double> gram)
    {
        for (int top = 0; top < size; top += Block)
        {
            int band = Math.Min(Block, size - top);
            MatrixProduct.AccumulateTransposedA(band, top + band, count, negated[top..], size, rows, size, gram[(top * size)..], size);
        }
    }
}
