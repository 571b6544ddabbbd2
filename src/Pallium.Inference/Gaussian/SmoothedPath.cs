using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A cell of a path: slice from 0, channel.</summary>
internal readonly record struct PathCell(int Slice, int Channel);

/// <summary>A Rauch-Tung-Striebel smoother's way back through a filtered path: each slice given all slices, and how slices vary together.</summary>
/// <remarks>
/// m^s[t] = m⁺[t] + J[t]·(m^s[t+1] - A·m⁺[t]), P^s[t] = W[t] + J[t]·P^s[t+1]·J[t]ᵀ, and for t before u Cov(s[t], s[u]) = J[t]···J[u-1]·P^s[u]. O(T·N³).
/// Source: Rauch, Tung and Striebel, AIAA Journal 3, 1965.
/// </remarks>
internal sealed class SmoothedPath
{
    private const double Settled = 1e-15;
    private readonly FilteredPath _path;
    private readonly StateSpace _space;
    private readonly double[][] _means;
    private readonly double[][] _covariances;

    public SmoothedPath(FilteredPath path)
    {
        _path = path;
        _space = path.Space;
        int length = path.Length;
        _means = new double[length][];
        _covariances = new double[length][];
        double[] difference = new double[_space.N];
        for (int t = length - 1; t >= 0; t--)
        {
            _means[t] = (double[])path.Filtered(t).Clone();
            if (t == length - 1)
            {
                _covariances[t] = path.Step(t).Filtered;
                continue;
            }

            for (int i = 0; i < difference.Length; i++)
            {
                difference[i] = _means[t + 1][i] - path.Predicted(t + 1)[i];
            }

            Dense.AddProduct(path.Step(t).Smoothing.Gain, difference, _means[t]);
            _covariances[t] = HasSettled(t) ? _covariances[t + 1] : Before(t);
        }
    }

    /// <summary>E[s[t]], [N].</summary>
    public double[] Mean(int t) => _means[t];

    /// <summary>Cov(s[t]), [N, N].</summary>
    public double[] Covariance(int t) => _covariances[t];

    /// <summary>Cov(s[t], s[t+1]), [N, N].</summary>
    public double[] CovarianceWithNext(int t) =>
        Dense.Product(_path.Step(t).Smoothing.Gain, _covariances[t + 1], _space.N, _space.N, _space.N);

    /// <summary>Mean and variance of one cell; a seen cell's value and 0.</summary>
    public (double Mean, double Variance) Cell(PathCell cell)
    {
        CellMap map = _path.Step(cell.Slice).Cells;
        double mean = map.Mean(cell.Channel, _means[cell.Slice], _path.Values(cell.Slice));
        double variance = Dense.Sandwich(
            map.Loading.AsSpan(cell.Channel * _space.N, _space.N), _covariances[cell.Slice], 1, _space.N, map.Noise.AsSpan((cell.Channel * _space.D) + cell.Channel, 1))[0];
        return (mean, variance);
    }

    /// <summary>The joint distribution of different cells: means [m] and covariance [m, m]. O(m²·N + m·T·N²).</summary>
    public (double[] Mean, double[] Covariance) Joint(IReadOnlyList<PathCell> cells)
    {
        int m = cells.Count;
        double[] mean = [.. cells.Select(cell => Cell(cell).Mean)];
        double[] covariance = new double[m * m];
        IGrouping<int, int>[] slices = [.. Enumerable.Range(0, m).GroupBy(i => cells[i].Slice).OrderByDescending(group => group.Key)];
        for (int late = 0; late < slices.Length; late++)
        {
            int u = slices[late].Key;
            int[] columns = [.. slices[late]];

            // Cov(s[t], y[u]), [N, columns], carried back from t = u.
            double[] carried = Dense.ProductTransposed(_covariances[u], LoadingOf(cells, columns), _space.N, _space.N, columns.Length);
            int t = u;
            for (int early = late; early < slices.Length; early++)
            {
                for (; t > slices[early].Key; t--)
                {
                    carried = Dense.Product(_path.Step(t - 1).Smoothing.Gain, carried, _space.N, _space.N, columns.Length);
                }

                int[] rows = [.. slices[early]];
                double[] block = Dense.Product(LoadingOf(cells, rows), carried, rows.Length, _space.N, columns.Length);
                Place(block, rows, columns, covariance, m);
            }

            AddNoise(cells, columns, covariance, m);
        }

        return (mean, covariance);
    }

    /// <summary>What rounding errors of a cell's variance are measured by: its variance before its slice and all later ones were seen.</summary>
    public double Scale(PathCell cell) =>
        Math.Max(_space.CellVariance[cell.Channel], _space.CellVarianceAt(_path.Step(cell.Slice).Predicted, cell.Channel));

    private double[] Before(int t)
    {
        KalmanStep.Backward step = _path.Step(t).Smoothing;
        return Dense.Sandwich(step.Gain, _covariances[t + 1], _space.N, _space.N, step.Noise);
    }

    /// <summary>Whether going one step further back changes nothing: the step is the same again and changed nothing before.</summary>
    private bool HasSettled(int t)
    {
        int length = _path.Length;
        if (t + 2 >= length || _path.Step(t) != _path.Step(t + 1))
        {
            return false;
        }

        if (ReferenceEquals(_covariances[t + 1], _covariances[t + 2]))
        {
            return true;
        }

        double largest = 0;
        double change = 0;
        for (int i = 0; i < _covariances[t + 1].Length; i++)
        {
            largest = Math.Max(largest, Math.Abs(_covariances[t + 1][i]));
            change = Math.Max(change, Math.Abs(_covariances[t + 1][i] - _covariances[t + 2][i]));
        }

        return change <= Settled * largest;
    }

    private double[] LoadingOf(IReadOnlyList<PathCell> cells, int[] rows)
    {
        double[] loading = new double[rows.Length * _space.N];
        for (int i = 0; i < rows.Length; i++)
        {
            PathCell cell = cells[rows[i]];
            _path.Step(cell.Slice).Cells.Loading.AsSpan(cell.Channel * _space.N, _space.N).CopyTo(loading.AsSpan(i * _space.N));
        }

        return loading;
    }

    private static void Place(double[] block, int[] rows, int[] columns, double[] covariance, int m)
    {
        for (int i = 0; i < rows.Length; i++)
        {
            for (int j = 0; j < columns.Length; j++)
            {
                covariance[(rows[i] * m) + columns[j]] = covariance[(columns[j] * m) + rows[i]] = block[(i * columns.Length) + j];
            }
        }
    }

    private void AddNoise(IReadOnlyList<PathCell> cells, int[] rows, double[] covariance, int m)
    {
        double[] noise = _path.Step(cells[rows[0]].Slice).Cells.Noise;
        foreach (int i in rows)
        {
            foreach (int j in rows)
            {
                covariance[(i * m) + j] += noise[(cells[i].Channel * _space.D) + cells[j].Channel];
            }
        }
    }
}
