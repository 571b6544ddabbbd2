using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Fits the tensors of a <see cref="LinearBase"/> to some rows of a <see cref="DeviationTable"/>, in a given structure.</summary>
internal static class StageAssembly
{
    private const int ShorterBy = 4;
    private const int LeastRowsPerStage = 30;

    /// <summary>The base that <paramref name="structure"/> gives; without one, a base that learns nothing from the past.</summary>
    /// <param name="table">Deviations, with their marginal mean and covariance in place.</param>
    /// <param name="rows">Stretches to learn from.</param>
    /// <param name="structure">What to fit.</param>
    /// <param name="mostStages">Fewer than there would be leave out the shorter look-backs.</param>
    /// <param name="similar">A base fitted to similar rows, to start from where there are holes.</param>
    public static LinearBase Assemble(
        DeviationTable table, IReadOnlyList<RowRange> rows, LinearStructure? structure, int mostStages = int.MaxValue, LinearBase? similar = null)
    {
        int d = table.Coordinates;
        double[] limits = new double[d];
        for (int i = 0; i < table.Deviations.Length; i++)
        {
            limits[i % d] = Math.Max(limits[i % d], Math.Abs(table.Deviations[i]));
        }

        var tensors = new Dictionary<string, BaseTensor>
        {
            ["exogenous"] = new([table.FeatureCount + 1, d], (double[])table.Weights.Clone()),
            ["marginal"] = new([d, d], (double[])table.Marginal.Clone()),
            ["limits"] = new([d], limits),
            ["doubt"] = new([d], new double[d]),
            ["dynamics"] = new([1], [0]),
        };
        (double[] featureMean, double[] featureCovariance) = table.FeatureMoments();
        tensors[LinearBase.FeatureMeanName] = new([table.FeatureCount], featureMean);
        tensors[LinearBase.FeatureCovarianceName] = new([table.FeatureCount, table.FeatureCount], featureCovariance);
        if (structure is { UseFeatures: false } && table.FeatureCount > 0)
        {
            var pastless = new DeviationTable(table);
            pastless.FitMarginal(rows, useFeatures: true, table.Marginal);
            tensors[LinearBase.PastlessWeightsName] = new([table.FeatureCount + 1, d], pastless.Weights);
            tensors[LinearBase.PastlessName] = new([d, d], pastless.Marginal);
        }

        int stages = 0;
        double[] innovation = similar is null || similar.Stages.Count == 0 ? [] : similar.Stages[0].Dynamics.Innovation.ToArray();
        foreach (LinearStructure shape in Shapes(structure))
        {
            if (stages < mostStages && AddStage(table, rows, shape, tensors, stages, innovation))
            {
                innovation = tensors[LinearBase.StageName(stages, "innovation")].Values;
                stages++;
            }
        }

        for (int g = 0; g < table.Groups.Count; g++)
        {
            if (table.Groups[g].Kind != BaseKind.Real)
            {
                double[] identity = new DiscreteCalibration(table.Groups[g].Classes, DiscreteCalibration.InputsOf(table.Groups[g], d)).Parameters.ToArray();
                tensors[LinearBase.CalibrationName(g)] = new([LinearBase.Situations, identity.Length], [.. identity, .. identity, .. identity]);
            }
        }

        return new LinearBase(table.Groups, table.FeatureCount, tensors);
    }

    /// <summary>The chosen structure, and shorter ones for streams that have just begun.</summary>
    private static IEnumerable<LinearStructure> Shapes(LinearStructure? structure)
    {
        if (structure is null)
        {
            yield break;
        }

        int needs = Math.Max(structure.Lookback, structure.CrossSlices);
        while (needs > 0)
        {
            yield return structure with { Lookback = Math.Min(structure.Lookback, needs), CrossSlices = Math.Min(structure.CrossSlices, needs) };
            needs = needs > 1 && needs < ShorterBy ? 1 : needs / ShorterBy;
        }
    }

    private static bool AddStage(
        DeviationTable table,
        IReadOnlyList<RowRange> rows,
        LinearStructure structure,
        Dictionary<string, BaseTensor> tensors,
        int index,
        ReadOnlySpan<double> start)
    {
        int d = table.Coordinates;
        int skip = Math.Max(structure.Lookback, structure.CrossSlices);
        int targets = rows.Sum(range => Math.Max(0, range.Length - skip));
        if (targets < LeastRowsPerStage)
        {
            return false;
        }

        double[] own = LagRegression.Own(table, rows, structure, skip, []);
        double[] residuals = LagRegression.Residuals(table, rows, own, skip);
        double[] cross = [];
        if (structure.CrossSlices > 0)
        {
            cross = new CrossRegression(table, rows, skip, structure.CrossSlices, own).Solve(structure);
        }

        double[] innovation = new double[d * d];
        GaussianMaximization.Fit(Errors(table, rows, residuals, cross, skip, targets), d, new double[d], innovation, fixedMean: true, start);
        tensors[LinearBase.StageName(index, "own")] = new([d, structure.Lookback], own);
        tensors[LinearBase.StageName(index, "cross")] = new([structure.CrossSlices, d, d], cross);
        tensors[LinearBase.StageName(index, "innovation")] = new([d, d], innovation);
        return true;
    }

    /// <summary>What both parts leave, [targets, D], NaN where the target is a hole.</summary>
    private static double[] Errors(DeviationTable table, IReadOnlyList<RowRange> rows, double[] residuals, double[] cross, int skip, int targets)
    {
        int d = table.Coordinates;
        double[] errors = new double[targets * d];
        int next = 0;
        foreach (RowRange range in rows)
        {
            for (int t = range.Start + skip; t < range.End; t++, next += d)
            {
                for (int j = 0; j < d; j++)
                {
                    double error = table.Missing[(t * d) + j] ? double.NaN : residuals[(t * d) + j];
                    for (int k = 0; k < cross.Length / (d * d); k++)
                    {
                        ReadOnlySpan<double> weights = cross.AsSpan(((k * d) + j) * d, d);
                        ReadOnlySpan<double> past = table.Deviations.AsSpan((t - 1 - k) * d, d);
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
}
