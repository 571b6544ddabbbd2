using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What <see cref="LinearBaseFit"/> may choose from.</summary>
internal sealed record LinearBaseOptions
{
    /// <summary>The longest look-back into a channel's own past, in slices.</summary>
    public int LongestLookback { get; init; } = 512;

    /// <summary>The longest forecast that the structure is judged by, in steps.</summary>
    public int LongestHorizon { get; init; } = 96;

    /// <summary>Takes this structure instead of searching for one.</summary>
    public LinearStructure? Structure { get; init; }

    /// <summary>Seed of the clamp sets that discrete channels are calibrated with.</summary>
    public ulong Seed { get; init; }
}

/// <summary>Fits a <see cref="LinearBase"/> in closed form.</summary>
internal sealed class LinearBaseFit
{
    private const int ShorterBy = 4;
    private const int LeastRowsPerStage = 30;
    private const int HoleRounds = 2;
    private readonly BaseData _data;
    private readonly LinearBaseOptions _options;
    private readonly DeviationTable _table;

    private LinearBaseFit(BaseData data, LinearBaseOptions options)
    {
        _data = data;
        _options = options;
        _table = new DeviationTable(data);
    }

    /// <summary>The structure taken; null when nothing is learned from the past.</summary>
    public LinearStructure? Structure { get; private set; }

    /// <summary>Fits everything. Deterministic, single-threaded.</summary>
    public static LinearBase Fit(BaseData data, LinearBaseOptions options) => Fit(data, options, out _);

    /// <summary>Fits everything and says which structure was taken.</summary>
    public static LinearBase Fit(BaseData data, LinearBaseOptions options, out LinearStructure? structure)
    {
        var fit = new LinearBaseFit(data, options);
        LinearBase result = fit.Run();
        structure = fit.Structure;
        return result;
    }

    private LinearBase Run()
    {
        Structure = _data.IsTable ? null : _options.Structure ?? StructureSearch.Choose(_data, _options.LongestLookback, _options.LongestHorizon);
        _table.FitMarginal(_table.Series, Structure?.UseFeatures ?? true);
        LinearBase result = Assemble();
        for (int round = 0; round < HoleRounds && Structure is not null && _table.HasHoles.Contains(true); round++)
        {
            FillFromPast(result);
            result = Assemble();
        }

        return new DiscreteFit(_data, result, _options.Seed).Run();
    }

    private LinearBase Assemble()
    {
        int d = _table.Coordinates;
        double[] limits = new double[d];
        for (int i = 0; i < _table.Deviations.Length; i++)
        {
            limits[i % d] = Math.Max(limits[i % d], Math.Abs(_table.Deviations[i]));
        }

        var tensors = new Dictionary<string, BaseTensor>
        {
            ["exogenous"] = new([_table.FeatureCount + 1, d], _table.Weights),
            ["marginal"] = new([d, d], _table.Marginal),
            ["limits"] = new([d], limits),
        };
        (double[] featureMean, double[] featureCovariance) = FeatureMoments();
        tensors[LinearBase.FeatureMeanName] = new([_table.FeatureCount], featureMean);
        tensors[LinearBase.FeatureCovarianceName] = new([_table.FeatureCount, _table.FeatureCount], featureCovariance);
        int stages = 0;
        foreach (LinearStructure structure in Shapes())
        {
            stages += AddStage(tensors, stages, structure) ? 1 : 0;
        }

        for (int g = 0; g < _data.Groups.Count; g++)
        {
            if (_data.Groups[g].Kind != BaseKind.Real)
            {
                double[] identity = new DiscreteCalibration(_data.Groups[g].Classes).Parameters.ToArray();
                tensors[LinearBase.CalibrationName(g)] = new([2, identity.Length], [.. identity, .. identity]);
            }
        }

        return new LinearBase(_data.Groups, _table.FeatureCount, tensors);
    }

    private (double[] Mean, double[] Covariance) FeatureMoments()
    {
        int e = _table.FeatureCount;
        var mean = new double[e];
        var covariance = new double[e * e];
        int rows = _table.Series.Sum(series => series.Length);
        foreach (RowRange series in _table.Series)
        {
            for (int t = series.Start; t < series.End; t++)
            {
                ReadOnlySpan<double> x = _table.Features(t);
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

    /// <summary>The chosen structure, and shorter ones for streams that have just begun.</summary>
    private IEnumerable<LinearStructure> Shapes()
    {
        if (Structure is null)
        {
            yield break;
        }

        int needs = Math.Max(Structure.Lookback, Structure.CrossSlices);
        while (needs > 0)
        {
            yield return Structure with { Lookback = Math.Min(Structure.Lookback, needs), CrossSlices = Math.Min(Structure.CrossSlices, needs) };
            needs = needs > 1 && needs < ShorterBy ? 1 : needs / ShorterBy;
        }
    }

    private bool AddStage(Dictionary<string, BaseTensor> tensors, int index, LinearStructure structure)
    {
        int d = _table.Coordinates;
        int skip = Math.Max(structure.Lookback, structure.CrossSlices);
        int rows = _table.Series.Sum(series => Math.Max(0, series.Length - skip));
        if (rows < LeastRowsPerStage)
        {
            return false;
        }

        double[] own = LagRegression.Own(_table, _table.Series, structure, skip, []);
        double[] residuals = LagRegression.Residuals(_table, _table.Series, own, skip);
        double[] cross = [];
        if (structure.CrossSlices > 0)
        {
            var regression = new CrossRegression(_table, _table.Series, skip, structure.CrossSlices, residuals);
            cross = regression.Solve(structure.CrossSlices, structure.CrossRidge);
        }

        double[] innovation = new double[d * d];
        double[] errors = Errors(residuals, cross, skip, rows);
        GaussianMaximization.Fit(errors, d, new double[d], innovation, fixedMean: true);
        tensors[LinearBase.StageName(index, "own")] = new([d, structure.Lookback], own);
        tensors[LinearBase.StageName(index, "cross")] = new([structure.CrossSlices, d, d], cross);
        tensors[LinearBase.StageName(index, "innovation")] = new([d, d], innovation);
        return true;
    }

    /// <summary>What both parts leave, [rows, D], NaN where the target is a hole.</summary>
    private double[] Errors(double[] residuals, double[] cross, int skip, int rows)
    {
        int d = _table.Coordinates;
        double[] errors = new double[rows * d];
        int next = 0;
        foreach (RowRange series in _table.Series)
        {
            for (int t = series.Start + skip; t < series.End; t++, next += d)
            {
                for (int j = 0; j < d; j++)
                {
                    double error = _table.Missing[(t * d) + j] ? double.NaN : residuals[(t * d) + j];
                    for (int k = 0; k < cross.Length / (d * d); k++)
                    {
                        ReadOnlySpan<double> weights = cross.AsSpan(((k * d) + j) * d, d);
                        ReadOnlySpan<double> past = _table.Deviations.AsSpan((t - 1 - k) * d, d);
                        for (int i = 0; i < d; i++)
                        {
                            error = Math.FusedMultiplyAdd(-weights[i], past[i], error);
                        }
                    }

                    errors[next + j] = error;
                }
            }
        }

        return errors;
    }

    /// <summary>Fills the holes with what a stream would hold in their place.</summary>
    private void FillFromPast(LinearBase fitted)
    {
        int d = _table.Coordinates;
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        double[] mean = new double[d];
        foreach (RowRange series in _table.Series)
        {
            fitted.Begin(state);
            for (int t = series.Start; t < series.End; t++)
            {
                fitted.Update(state, _table.Features(t), _table.Elapsed[t], _table.Values(t), slice);
                if (_table.Missing.AsSpan(t * d, d).Contains(true))
                {
                    fitted.MarginalMean(_table.Features(t), mean);
                    for (int j = 0; j < d; j++)
                    {
                        _table.Deviations[(t * d) + j] = slice.Mean[j] - mean[j];
                    }
                }
            }
        }
    }
}
