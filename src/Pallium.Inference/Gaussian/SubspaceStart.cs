using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>First guesses of a state space by canonical variates: the state is what of the last slices tells most about the coming ones.</summary>
/// <remarks>
/// With p[t] the L slices before t and f[t] the L from t on, Σpp = Lp·Lpᵀ and Σff = Lf·Lfᵀ, the state is x[t] = Uᵀ·Lp⁻¹·p[t] with U the leading left singular vectors of
/// Lp⁻¹·Σpf·Lf⁻ᵀ; A, Q, C, d and R follow by regressing x[t+1] and y[t] on x[t]. Holes are interpolated. Deterministic.
/// Source: Larimore, Canonical variate analysis in identification, filtering and adaptive control, CDC 1990.
/// </remarks>
internal sealed class SubspaceStart
{
    private const int MostCoordinates = 60;
    private const int MostLags = 8;
    private const double Ridge = 1e-3;
    private readonly List<double[][]> _series;
    private readonly int _d;
    private readonly int _lags;
    private readonly double[] _directions;

    /// <param name="series">Slices [D] of each series, standardised; NaN in holes.</param>
    /// <param name="channels">D.</param>
    public SubspaceStart(IReadOnlyList<double[][]> series, int channels)
    {
        _series = [.. series.Select(slices => Interpolated(slices, channels))];
        _d = channels;
        int slices = series.Sum(s => s.Length);
        _lags = Math.Clamp(Math.Min(MostCoordinates / channels, slices / (6 * channels)), 1, MostLags);
        _directions = Directions();
    }

    /// <summary>The largest state that can be told apart.</summary>
    public int LargestState => _lags * _d;

    /// <summary>A first guess with a state of n numbers; its start is left at zero.</summary>
    public StateSpace Create(int n)
    {
        int wide = n + 1;
        double[] before = Identity(n, Ridge);
        double[] nextWithBefore = new double[n * n];
        double[] next = Identity(n, Ridge);
        double[] regressors = Identity(wide, Ridge);
        double[] cellsWithRegressors = new double[_d * wide];
        double[] cells = Identity(_d, Ridge);
        int count = 1;
        foreach (double[][] slices in _series)
        {
            double[]? last = null;
            for (int t = _lags; t < slices.Length; t++)
            {
                double[] state = new double[n];
                Dense.AddProduct(_directions.AsSpan(0, n * LargestState), Past(slices, t), state);
                AddOuter([.. state, 1], [.. state, 1], regressors);
                AddOuter(slices[t], [.. state, 1], cellsWithRegressors);
                AddOuter(slices[t], slices[t], cells);
                if (last is not null)
                {
                    AddOuter(last, last, before);
                    AddOuter(state, last, nextWithBefore);
                    AddOuter(state, state, next);
                }

                last = state;
                count++;
            }
        }

        (double[] transition, double[] process) = StateSpaceMaximization.Regression(nextWithBefore, before, next, n, n, count);
        (double[] loading, double[] noise) = StateSpaceMaximization.Regression(cellsWithRegressors, regressors, cells, _d, wide, count);
        return new StateSpace(
            n, _d, transition, process, [.. Enumerable.Range(0, _d * n).Select(i => loading[(i / n * wide) + (i % n)])],
            [.. Enumerable.Range(0, _d).Select(c => loading[(c * wide) + n])], noise, new double[n], new double[n * n]);
    }

    /// <summary>Uᵀ·Lp⁻¹, [L·D, L·D], the most telling direction first.</summary>
    private double[] Directions()
    {
        int k = LargestState;
        double[] past = Identity(k, Ridge);
        double[] future = Identity(k, Ridge);
        double[] cross = new double[k * k];
        double count = 1;
        foreach (double[][] slices in _series)
        {
            for (int t = _lags; t + _lags <= slices.Length; t++)
            {
                double[] p = Past(slices, t);
                double[] f = [.. slices[t..(t + _lags)].SelectMany(slice => slice)];
                AddOuter(p, p, past);
                AddOuter(f, f, future);
                AddOuter(p, f, cross);
                count++;
            }
        }

        for (int i = 0; i < k * k; i++)
        {
            past[i] /= count;
            future[i] /= count;
            cross[i] /= count;
        }

        Cholesky.FactorWithJitter(past, k);
        Cholesky.FactorWithJitter(future, k);
        Cholesky.SolveLower(past, k, cross, k);
        double[] whitened = Dense.Transpose(cross, k, k);
        Cholesky.SolveLower(future, k, whitened, k);
        double[] square = new double[k * k];
        MatrixProduct.AccumulateTransposedA<double>(k, k, k, whitened, k, whitened, k, square, k);
        double[] values = new double[k];
        double[] vectors = new double[k * k];
        SymmetricEigen.Decompose(square, k, values, vectors);
        int[] order = [.. Enumerable.Range(0, k).OrderByDescending(i => values[i])];

        // Rows of Uᵀ·Lp⁻¹ are Lp⁻ᵀ·u.
        double[] directions = Dense.Transpose(Dense.Rows(vectors, k, order), k, k);
        Cholesky.SolveUpper(past, k, directions, k);
        return Dense.Transpose(directions, k, k);
    }

    private double[] Past(double[][] slices, int t) => [.. slices[(t - _lags)..t].Reverse().SelectMany(slice => slice)];

    private static double[] Identity(int n, double factor)
    {
        double[] a = Dense.Identity(n);
        for (int i = 0; i < a.Length; i++)
        {
            a[i] *= factor;
        }

        return a;
    }

    private static void AddOuter(double[] left, double[] right, double[] sum)
    {
        for (int i = 0; i < left.Length; i++)
        {
            RowUpdate.AddScaled(left[i], right, sum.AsSpan(i * right.Length, right.Length));
        }
    }

    /// <summary>A copy whose holes lie on the line between their neighbours; beyond the ends the nearest value, 0 where a channel has none.</summary>
    private static double[][] Interpolated(double[][] slices, int channels)
    {
        double[][] filled = [.. slices.Select(slice => (double[])slice.Clone())];
        for (int c = 0; c < channels; c++)
        {
            int last = -1;
            for (int t = 0; t <= slices.Length; t++)
            {
                if (t < slices.Length && double.IsNaN(slices[t][c]))
                {
                    continue;
                }

                for (int hole = last + 1; hole < t; hole++)
                {
                    double left = last >= 0 ? slices[last][c] : t < slices.Length ? slices[t][c] : 0;
                    double right = t < slices.Length ? slices[t][c] : left;
                    filled[hole][c] = left + ((right - left) * (hole - last) / (t - last));
                }

                last = t;
            }
        }

        return filled;
    }
}
