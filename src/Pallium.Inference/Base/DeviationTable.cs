using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A run of consecutive rows of one series.</summary>
/// <param name="Start">First row.</param>
/// <param name="End">Behind the last row.</param>
internal readonly record struct RowRange(int Start, int End)
{
    /// <summary>Rows.</summary>
    public int Length => End - Start;
}

/// <summary>All series below one another: values, features, and the deviations from a marginal mean fitted to some of the rows.</summary>
internal sealed class DeviationTable
{
    /// <summary>Prior observations of zero per coefficient of a feature; none for the intercept.</summary>
    private const double FeatureRidge = 1;
    private readonly double[] _values;
    private readonly double[] _features;

    /// <summary>Takes the data; the deviations are not there yet.</summary>
    public DeviationTable(BaseData data)
    {
        Groups = data.Groups;
        Coordinates = data.Coordinates;
        FeatureCount = data.ExogenousCount;
        _values = Joined(data.Series, series => series.Values);
        _features = Joined(data.Series, series => series.Exogenous);
        Elapsed = Joined(data.Series, series => series.Elapsed);
        var ranges = new List<RowRange>();
        foreach (BaseSeries series in data.Series)
        {
            ranges.Add(new RowRange(Rows, Rows + series.Length));
            Rows += series.Length;
        }

        Series = ranges;
        Missing = new bool[_values.Length];
        HasHoles = new bool[Coordinates];
        for (int i = 0; i < _values.Length; i++)
        {
            Missing[i] = double.IsNaN(_values[i]);
            HasHoles[i % Coordinates] |= Missing[i];
        }

        Deviations = new double[_values.Length];
        Weights = new double[(FeatureCount + 1) * Coordinates];
        Marginal = new double[Coordinates * Coordinates];
    }

    /// <summary>The same data, which are shared, for deviations from another mean.</summary>
    public DeviationTable(DeviationTable data)
    {
        (Groups, Coordinates, FeatureCount, Rows, Series) = (data.Groups, data.Coordinates, data.FeatureCount, data.Rows, data.Series);
        (_values, _features, Elapsed, Missing, HasHoles) = (data._values, data._features, data.Elapsed, data.Missing, data.HasHoles);
        Deviations = new double[_values.Length];
        Weights = new double[(FeatureCount + 1) * Coordinates];
        Marginal = new double[Coordinates * Coordinates];
    }

    /// <summary>The channels.</summary>
    public IReadOnlyList<BaseGroup> Groups { get; }

    /// <summary>D.</summary>
    public int Coordinates { get; }

    /// <summary>E.</summary>
    public int FeatureCount { get; }

    /// <summary>N, rows of all series.</summary>
    public int Rows { get; }

    /// <summary>The rows of each series.</summary>
    public IReadOnlyList<RowRange> Series { get; }

    /// <summary>[N]: time since the row before.</summary>
    public double[] Elapsed { get; }

    /// <summary>[N, D]: which values are holes.</summary>
    public bool[] Missing { get; }

    /// <summary>[D]: which coordinates have holes at all.</summary>
    public bool[] HasHoles { get; }

    /// <summary>[N, D]: values less marginal means; holes filled with what the seen cells of the slice (or the past) let expect.</summary>
    public double[] Deviations { get; }

    /// <summary>[E + 1, D]: the marginal mean's intercepts and coefficients.</summary>
    public double[] Weights { get; }

    /// <summary>[D, D]: covariance of the deviations.</summary>
    public double[] Marginal { get; }

    /// <summary>The values of row <paramref name="row"/>, NaN in holes.</summary>
    public ReadOnlySpan<double> Values(int row) => _values.AsSpan(row * Coordinates, Coordinates);

    /// <summary>The features of row <paramref name="row"/>.</summary>
    public ReadOnlySpan<double> Features(int row) => _features.AsSpan(row * FeatureCount, FeatureCount);

    /// <summary>Mean and covariance of the exogenous features over all rows.</summary>
    public (double[] Mean, double[] Covariance) FeatureMoments()
    {
        int e = FeatureCount;
        var mean = new double[e];
        var covariance = new double[e * e];
        int rows = Series.Sum(series => series.Length);
        foreach (RowRange series in Series)
        {
            for (int t = series.Start; t < series.End; t++)
            {
                ReadOnlySpan<double> x = Features(t);
                for (int i = 0; i < e; i++)
                {
                    mean[i] += x[i] / rows;
                    for (int j = 0; j < e; j++)
                    {
                        covariance[(i * e) + j] += x[i] * x[j] / rows;
                    }
                }
            }
        }

        for (int i = 0; i < e; i++)
        {
            for (int j = 0; j < e; j++)
            {
                covariance[(i * e) + j] -= mean[i] * mean[j];
            }
        }

        return (mean, covariance);
    }

    /// <summary>Fits marginal mean and covariance to <paramref name="rows"/>, and fills the deviations of all rows.</summary>
    /// <param name="rows">Rows to learn from.</param>
    /// <param name="useFeatures">Whether the mean may depend on the features.</param>
    /// <param name="start">[D, D]: a first guess of the covariance, for rows with holes; or empty.</param>
    public void FitMarginal(IReadOnlyList<RowRange> rows, bool useFeatures, ReadOnlySpan<double> start = default)
    {
        FitMean(rows, useFeatures);
        double[] mean = new double[Coordinates];
        for (int i = 0; i < Rows; i++)
        {
            MarginalMean(i, mean);
            for (int j = 0; j < Coordinates; j++)
            {
                // Holes become NaN here.
                Deviations[(i * Coordinates) + j] = _values[(i * Coordinates) + j] - mean[j];
            }
        }

        double[] known = Gather(rows);
        GaussianMaximization.Fit(known, Coordinates, mean, Marginal, fixedMean: true, start);
        if (HasHoles.Contains(true))
        {
            FillWithinSlice();
        }
    }

    /// <summary>The marginal mean of row <paramref name="row"/>, [D].</summary>
    public void MarginalMean(int row, Span<double> mean)
    {
        Weights.AsSpan(0, Coordinates).CopyTo(mean);
        ReadOnlySpan<double> features = Features(row);
        for (int e = 0; e < FeatureCount; e++)
        {
            for (int j = 0; j < Coordinates; j++)
            {
                mean[j] = Math.FusedMultiplyAdd(features[e], Weights[((e + 1) * Coordinates) + j], mean[j]);
            }
        }
    }

    private double[] Gather(IReadOnlyList<RowRange> rows)
    {
        double[] gathered = new double[rows.Sum(range => range.Length) * Coordinates];
        int next = 0;
        foreach (RowRange range in rows)
        {
            Deviations.AsSpan(range.Start * Coordinates, range.Length * Coordinates).CopyTo(gathered.AsSpan(next));
            next += range.Length * Coordinates;
        }

        return gathered;
    }

    /// <summary>Ridge regression on the features, coordinate by coordinate where there are holes.</summary>
    private void FitMean(IReadOnlyList<RowRange> rows, bool useFeatures)
    {
        int q = useFeatures ? FeatureCount + 1 : 1;
        double[] x = new double[q];
        double[] shared = new double[q * q];
        double[] factor = new double[q * q];
        double[] right = new double[q];
        Weights.AsSpan().Clear();
        AddProducts(rows, x, shared, coordinate: -1, right);
        for (int j = 0; j < Coordinates; j++)
        {
            right.AsSpan().Clear();
            factor.AsSpan().Clear();
            AddProducts(rows, x, factor, j, right);
            if (!HasHoles[j])
            {
                shared.CopyTo(factor, 0);
            }

            for (int e = 0; e < q; e++)
            {
                factor[(e * q) + e] += e == 0 ? 1e-9 : FeatureRidge;
            }

            Cholesky.FactorWithJitter(factor, q);
            Cholesky.Solve(factor, q, right, 1);
            for (int e = 0; e < q; e++)
            {
                Weights[(e * Coordinates) + j] = right[e];
            }
        }
    }

    /// <summary>Adds xxᵀ and x·y over the rows in which <paramref name="coordinate"/> is seen; with -1, xxᵀ over all rows.</summary>
    private void AddProducts(IReadOnlyList<RowRange> rows, double[] x, double[] gram, int coordinate, double[] right)
    {
        int q = x.Length;
        bool needsGram = coordinate < 0 || HasHoles[coordinate];
        x[0] = 1;
        foreach (RowRange range in rows)
        {
            for (int i = range.Start; i < range.End; i++)
            {
                double y = coordinate < 0 ? 0 : _values[(i * Coordinates) + coordinate];
                if (double.IsNaN(y))
                {
                    continue;
                }

                for (int e = 1; e < q; e++)
                {
                    x[e] = _features[(i * FeatureCount) + e - 1];
                }

                for (int a = 0; a < q; a++)
                {
                    right[a] = Math.FusedMultiplyAdd(x[a], y, right[a]);
                    for (int b = 0; needsGram && b < q; b++)
                    {
                        gram[(a * q) + b] = Math.FusedMultiplyAdd(x[a], x[b], gram[(a * q) + b]);
                    }
                }
            }
        }
    }

    private void FillWithinSlice()
    {
        var slice = new SliceGaussian(Coordinates);
        for (int i = 0; i < Rows; i++)
        {
            Span<double> row = Deviations.AsSpan(i * Coordinates, Coordinates);
            if (!Missing.AsSpan(i * Coordinates, Coordinates).Contains(true))
            {
                continue;
            }

            slice.PriorMeanStore.AsSpan().Clear();
            Marginal.AsSpan().CopyTo(slice.PriorCovarianceStore);
            slice.Begin(SliceKnowledge.Features);
            for (int j = 0; j < Coordinates; j++)
            {
                if (!double.IsNaN(row[j]))
                {
                    slice.Clamp(j, row[j]);
                }
            }

            slice.Mean.CopyTo(row);
        }
    }

    // A single series, which may be large, is not copied.
    private static double[] Joined(IReadOnlyList<BaseSeries> series, Func<BaseSeries, double[]> part) =>
        series.Count == 1 ? part(series[0]) : [.. series.SelectMany(part)];
}
