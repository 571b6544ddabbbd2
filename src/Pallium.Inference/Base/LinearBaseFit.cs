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

/// <summary>Fits a <see cref="LinearBase"/> in closed form: structure, weights, covariances, then calibration on left-out blocks.</summary>
internal static class LinearBaseFit
{
    private const int HoleRounds = 2;

    /// <summary>Fits everything. Deterministic, single-threaded.</summary>
    public static LinearBase Fit(BaseData data, LinearBaseOptions options) => Fit(data, options, out _);

    /// <summary>Fits everything and says which structure was taken; null when nothing is learned from the past.</summary>
    public static LinearBase Fit(BaseData data, LinearBaseOptions options, out LinearStructure? structure)
    {
        var table = new DeviationTable(data);
        structure = data.IsTable ? null : options.Structure ?? StructureSearch.Choose(table, options.LongestLookback, options.LongestHorizon);
        table.FitMarginal(table.Series, structure?.UseFeatures ?? true);
        LinearBase? rough = null;
        for (int round = 0; round < HoleRounds && structure is not null && table.HasHoles.Contains(true); round++)
        {
            rough = StageAssembly.Assemble(table, table.Series, structure, mostStages: 1, rough);
            FillFromPast(table, rough);
        }

        LinearBase result = StageAssembly.Assemble(table, table.Series, structure, similar: rough);
        result = new HeldOutCalibration(table, structure).Apply(result);
        return new DiscreteFit(data, result, options.Seed).Run();
    }

    /// <summary>Fills the holes with what a stream would hold in their place.</summary>
    private static void FillFromPast(DeviationTable table, LinearBase fitted)
    {
        int d = table.Coordinates;
        SliceGaussian slice = fitted.CreateSlice();
        double[] state = new double[fitted.StateSize];
        double[] mean = new double[d];
        foreach (RowRange series in table.Series)
        {
            fitted.Begin(state);
            for (int t = series.Start; t < series.End; t++)
            {
                fitted.Update(state, table.Features(t), table.Elapsed[t], table.Values(t), slice);
                if (table.Missing.AsSpan(t * d, d).Contains(true))
                {
                    fitted.MarginalMean(table.Features(t), mean);
                    for (int j = 0; j < d; j++)
                    {
                        table.Deviations[(t * d) + j] = slice.Mean[j] - mean[j];
                    }
                }
            }
        }
    }
}
