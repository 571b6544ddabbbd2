using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Expected sums of products of states and cells over all slices, given all seen cells: what the maximisation step needs.</summary>
/// <remarks>Holes are taken exactly: an unseen cell of a slice that has seen ones enters by its posterior mean, variance and covariance with the state.</remarks>
internal sealed class StateMoments
{
    private readonly int _n;
    private readonly int _d;

    public StateMoments(StateSpace space)
    {
        _n = space.N;
        _d = space.D;
        Next = new double[_n * _n];
        NextWithBefore = new double[_n * _n];
        Before = new double[_n * _n];
        Regressors = new double[(_n + 1) * (_n + 1)];
        CellsWithRegressors = new double[_d * (_n + 1)];
        Cells = new double[_d * _d];
    }

    /// <summary>Σ E[s[t]·s[t]ᵀ] over the slices after a first, [N, N].</summary>
    public double[] Next { get; }

    /// <summary>Σ E[s[t]·s[t-1]ᵀ], [N, N].</summary>
    public double[] NextWithBefore { get; }

    /// <summary>Σ E[s[t-1]·s[t-1]ᵀ], [N, N].</summary>
    public double[] Before { get; }

    /// <summary>How many there are.</summary>
    public int Transitions { get; private set; }

    /// <summary>Σ E[x·xᵀ] with x = [s; 1], over slices of which something was seen, [N+1, N+1].</summary>
    public double[] Regressors { get; }

    /// <summary>Σ E[y·xᵀ], [D, N+1].</summary>
    public double[] CellsWithRegressors { get; }

    /// <summary>Σ E[y·yᵀ], [D, D].</summary>
    public double[] Cells { get; }

    /// <summary>How many there are.</summary>
    public int Slices { get; private set; }

    /// <summary>Adds a series.</summary>
    public void Add(FilteredPath path)
    {
        var smoothed = new SmoothedPath(path);
        double[] cross = [];
        for (int t = 0; t < path.Length; t++)
        {
            if (t > 0)
            {
                AddOuter(smoothed.Mean(t), smoothed.Mean(t), smoothed.Covariance(t), Next);
                AddOuter(smoothed.Mean(t - 1), smoothed.Mean(t - 1), smoothed.Covariance(t - 1), Before);
                bool same = t > 1 && path.Step(t - 1) == path.Step(t - 2) && smoothed.Covariance(t) == smoothed.Covariance(t - 1);
                cross = same ? cross : Dense.Transpose(smoothed.CovarianceWithNext(t - 1), _n, _n);
                AddOuter(smoothed.Mean(t), smoothed.Mean(t - 1), cross, NextWithBefore);
                Transitions++;
            }

            if (path.Step(t).Seen.Length > 0)
            {
                AddCells(path.Step(t), path.Values(t), smoothed.Mean(t), smoothed.Covariance(t));
            }
        }
    }

    private void AddCells(KalmanStep step, double[] values, double[] mean, double[] covariance)
    {
        int wide = _n + 1;
        Slices++;
        double[] x = [.. mean, 1];
        for (int i = 0; i < wide; i++)
        {
            Span<double> row = Regressors.AsSpan(i * wide, wide);
            RowUpdate.AddScaled(x[i], x, row);
            if (i < _n)
            {
                RowUpdate.AddScaled(1, covariance.AsSpan(i * _n, _n), row[.._n]);
            }
        }

        double[] y = values;
        if (step.Seen.Length < _d)
        {
            CellMap map = step.Cells;
            y = [.. Enumerable.Range(0, _d).Select(c => map.Mean(c, mean, values))];
            double[] cross = Dense.Product(map.Loading, covariance, _d, _n, _n);
            for (int c = 0; c < _d; c++)
            {
                RowUpdate.AddScaled(1, cross.AsSpan(c * _n, _n), CellsWithRegressors.AsSpan(c * wide, _n));
            }

            MatrixProduct.AccumulateTransposedB<double>(_d, _d, _n, cross, _n, map.Loading, _n, Cells, _d);
            RowUpdate.AddScaled(1, map.Noise, Cells);
        }

        for (int c = 0; c < _d; c++)
        {
            RowUpdate.AddScaled(y[c], x, CellsWithRegressors.AsSpan(c * wide, wide));
            RowUpdate.AddScaled(y[c], y, Cells.AsSpan(c * _d, _d));
        }
    }

    private static void AddOuter(double[] left, double[] right, double[] covariance, double[] sum)
    {
        RowUpdate.AddScaled(1, covariance, sum);
        for (int i = 0; i < left.Length; i++)
        {
            RowUpdate.AddScaled(left[i], right, sum.AsSpan(i * right.Length, right.Length));
        }
    }
}
