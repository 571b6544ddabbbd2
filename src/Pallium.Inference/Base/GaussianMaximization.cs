using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Mean and covariance of rows with holes, by expectation-maximisation.</summary>
/// <remarks>
/// For a row with holes h and seen cells s, and K = Σ⁻¹: E[x_h | x_s] = μ_h - K_hh⁻¹ K_hs (x_s - μ_s), Cov = K_hh⁻¹, so a row costs O(D·|h| + |h|³).
/// Without holes it is the sample covariance (divisor N). The covariance is then shrunk towards its diagonal by <see cref="PriorRows"/> rows.
/// Source: Little and Rubin, Statistical Analysis with Missing Data, 3rd ed., section 11.2.
/// </remarks>
internal static class GaussianMaximization
{
    /// <summary>Of more rows than make this many products with all coordinates, only every k-th is taken where there are holes.</summary>
    private const double MostProducts = 2e7;
    private const double PriorRows = 0.1;
    private const double SmallestVariance = 1e-8;
    private const double Jitter = 1e-9;
    private const int MostIterations = 60;
    private const double Converged = 1e-5;

    /// <summary>Fits to <paramref name="rows"/> [N, D], NaN in holes; rows with nothing seen count for nothing.</summary>
    /// <param name="rows">[N, D].</param>
    /// <param name="coordinates">D.</param>
    /// <param name="mean">[D], on return; zero, and not fitted, when <paramref name="fixedMean"/>.</param>
    /// <param name="covariance">[D, D], on return.</param>
    /// <param name="fixedMean">The mean is known to be zero.</param>
    /// <param name="start">[D, D]: a first guess where there are holes; or empty.</param>
    public static void Fit(
        ReadOnlySpan<double> rows, int coordinates, Span<double> mean, Span<double> covariance, bool fixedMean, ReadOnlySpan<double> start = default)
    {
        int d = coordinates;
        int n = d == 0 ? 0 : rows.Length / d;
        mean.Clear();
        covariance.Clear();
        bool holes = Start(rows, d, mean, covariance, fixedMean);
        if (holes && !start.IsEmpty)
        {
            start.CopyTo(covariance);
        }

        Regularise(covariance, d, Math.Max(n, 1));
        var step = holes ? new Step(d, ByPattern(rows, d)) : null;
        double[] before = new double[d * d];
        for (int iteration = 0; step is not null && iteration < MostIterations; iteration++)
        {
            covariance.CopyTo(before);
            if (step.Run(rows, mean, covariance, fixedMean) == 0)
            {
                return;
            }

            Regularise(covariance, d, Math.Max(n, 1));
            if (LargestChange(before, covariance, d) < Converged)
            {
                return;
            }
        }
    }

    /// <summary>First guess: means and variances of the seen cells, and the full covariance when there are no holes.</summary>
    private static bool Start(ReadOnlySpan<double> rows, int d, Span<double> mean, Span<double> covariance, bool fixedMean)
    {
        int[] seen = new int[d];
        int n = d == 0 ? 0 : rows.Length / d;
        double[] square = new double[d];
        for (int i = 0; i < n * d; i++)
        {
            if (!double.IsNaN(rows[i]))
            {
                seen[i % d]++;
                mean[i % d] += rows[i];
            }
        }

        bool holes = false;
        for (int j = 0; j < d; j++)
        {
            holes |= seen[j] < n;
            mean[j] = fixedMean || seen[j] == 0 ? 0 : mean[j] / seen[j];
        }

        if (!holes)
        {
            Products(rows, d, mean, covariance);
            return false;
        }

        for (int i = 0; i < n * d; i++)
        {
            if (!double.IsNaN(rows[i]))
            {
                double deviation = rows[i] - mean[i % d];
                square[i % d] += deviation * deviation;
            }
        }

        for (int j = 0; j < d; j++)
        {
            covariance[(j * d) + j] = seen[j] == 0 ? 1 : square[j] / seen[j];
        }

        return true;
    }

    /// <summary>The rows with something seen, those with the same holes next to each other, so that their inverses are found once.</summary>
    private static int[] ByPattern(ReadOnlySpan<double> rows, int d)
    {
        var groups = new Dictionary<string, List<int>>();
        var order = new List<List<int>>();
        char[] pattern = new char[d];
        for (int row = 0; row < rows.Length / d; row++)
        {
            int seen = 0;
            for (int j = 0; j < d; j++)
            {
                pattern[j] = double.IsNaN(rows[(row * d) + j]) ? '0' : '1';
                seen += pattern[j] - '0';
            }

            if (seen == 0)
            {
                continue;
            }

            string key = new(pattern);
            if (!groups.TryGetValue(key, out List<int>? group))
            {
                groups[key] = group = [];
                order.Add(group);
            }

            group.Add(row);
        }

        int every = 1 + (int)((double)rows.Length * d / MostProducts);
        return [.. order.SelectMany(group => group).Where((_, i) => i % every == 0)];
    }

    private static void Products(ReadOnlySpan<double> rows, int d, ReadOnlySpan<double> mean, Span<double> covariance)
    {
        const int Block = 256;
        int n = rows.Length / d;
        double[] centred = new double[Block * d];
        for (int start = 0; start < n; start += Block)
        {
            int count = Math.Min(Block, n - start);
            for (int i = 0; i < count * d; i++)
            {
                centred[i] = rows[(start * d) + i] - mean[i % d];
            }

            MatrixProduct.AccumulateTransposedA<double>(d, d, count, centred, d, centred, d, covariance, d);
        }

        for (int i = 0; i < d * d; i++)
        {
            covariance[i] /= Math.Max(n, 1);
        }
    }

    private static void Regularise(Span<double> covariance, int d, int n)
    {
        double kept = n / (n + PriorRows);
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                if (i != j)
                {
                    covariance[(i * d) + j] *= kept;
                }
            }

            covariance[(i * d) + i] = Math.Max(covariance[(i * d) + i], SmallestVariance) * (1 + Jitter);
        }
    }

    private static double LargestChange(ReadOnlySpan<double> before, ReadOnlySpan<double> after, int d)
    {
        double largest = 0;
        for (int i = 0; i < d; i++)
        {
            for (int j = 0; j < d; j++)
            {
                double scale = Math.Sqrt(after[(i * d) + i] * after[(j * d) + j]);
                largest = Math.Max(largest, Math.Abs(after[(i * d) + j] - before[(i * d) + j]) / scale);
            }
        }

        return largest;
    }

    /// <summary>One expectation and maximisation over all rows, with its scratch.</summary>
    private sealed class Step(int d, int[] order)
    {
        private readonly double[] _precision = new double[d * d];
        private readonly double[] _factor = new double[d * d];
        private readonly double[] _inverse = new double[d * d];
        private readonly double[] _row = new double[d];
        private readonly double[] _sum = new double[d];
        private readonly double[] _square = new double[d * d];
        private readonly double[] _right = new double[d];
        private int[] _holes = [];

        /// <summary>Returns the number of rows with something seen.</summary>
        public int Run(ReadOnlySpan<double> rows, Span<double> mean, Span<double> covariance, bool fixedMean)
        {
            covariance.CopyTo(_factor);
            Invert(_factor, _precision, d);
            _sum.AsSpan().Clear();
            _square.AsSpan().Clear();
            _holes = [];
            foreach (int row in order)
            {
                Add(rows.Slice(row * d, d), mean);
            }

            int counted = order.Length;
            if (counted == 0)
            {
                return 0;
            }

            for (int j = 0; j < d; j++)
            {
                _sum[j] /= fixedMean ? double.PositiveInfinity : counted;
            }

            for (int i = 0; i < d; i++)
            {
                for (int j = 0; j < d; j++)
                {
                    covariance[(i * d) + j] = (_square[(i * d) + j] / counted) - (_sum[i] * _sum[j]);
                }

                mean[i] += _sum[i];
            }

            return counted;
        }

        /// <summary>Adds the row's expected deviations from the mean, and their expected products.</summary>
        private void Add(ReadOnlySpan<double> row, ReadOnlySpan<double> mean)
        {
            bool same = true;
            int m = 0;
            for (int j = 0; j < d; j++)
            {
                bool hole = double.IsNaN(row[j]);
                _row[j] = hole ? 0 : row[j] - mean[j];
                same &= !hole || (m < _holes.Length && _holes[m] == j);
                m += hole ? 1 : 0;
            }

            if (!same || m != _holes.Length)
            {
                TakePattern(row, m);
            }

            Complete();
            for (int i = 0; i < d; i++)
            {
                double x = _row[i];
                _sum[i] += x;
                for (int j = 0; j < d; j++)
                {
                    _square[(i * d) + j] = Math.FusedMultiplyAdd(x, _row[j], _square[(i * d) + j]);
                }
            }

            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < m; j++)
                {
                    _square[(_holes[i] * d) + _holes[j]] += _inverse[(i * m) + j];
                }
            }
        }

        /// <summary>Inverts the precision's block of the row's m holes: their covariance given what is seen.</summary>
        private void TakePattern(ReadOnlySpan<double> row, int m)
        {
            _holes = new int[m];
            int next = 0;
            for (int j = 0; j < d; j++)
            {
                if (double.IsNaN(row[j]))
                {
                    _holes[next++] = j;
                }
            }

            for (int i = 0; i < m; i++)
            {
                for (int j = 0; j < m; j++)
                {
                    _factor[(i * m) + j] = _precision[(_holes[i] * d) + _holes[j]];
                }
            }

            Invert(_factor, _inverse, m);
        }

        /// <summary>Fills the holes of the row with their conditional means.</summary>
        private void Complete()
        {
            int m = _holes.Length;
            for (int i = 0; i < m; i++)
            {
                ReadOnlySpan<double> precision = _precision.AsSpan(_holes[i] * d, d);
                double sum = 0;
                for (int j = 0; j < d; j++)
                {
                    // Holes hold zero here, so only seen cells add.
                    sum = Math.FusedMultiplyAdd(precision[j], _row[j], sum);
                }

                _right[i] = sum;
            }

            for (int i = 0; i < m; i++)
            {
                double sum = 0;
                for (int j = 0; j < m; j++)
                {
                    sum = Math.FusedMultiplyAdd(-_inverse[(i * m) + j], _right[j], sum);
                }

                _row[_holes[i]] = sum;
            }
        }

        private static void Invert(Span<double> matrix, Span<double> inverse, int n)
        {
            inverse[..(n * n)].Clear();
            for (int i = 0; i < n; i++)
            {
                inverse[(i * n) + i] = 1;
            }

            Cholesky.FactorWithJitter(matrix, n);
            Cholesky.Solve(matrix, n, inverse, n);
        }
    }
}
