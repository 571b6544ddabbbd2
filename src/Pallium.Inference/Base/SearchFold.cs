namespace Pallium.Inference;

/// <summary>One left-out block of the training part: what is fitted to the rest of it, and the forecasts to make of the block.</summary>
/// <remarks>
/// The rows are cut into <see cref="Blocks"/> blocks. What is fitted has seen nothing of a block's own series from the block on: what comes after it
/// would tell where the level and the pattern of the day were going, so that a mean would look better than it will be. Other
/// series are seen whole. The first blocks, with little before them, are only learned from.
/// </remarks>
internal sealed class SearchFold
{
    /// <summary>Blocks that the rows are cut into.</summary>
    public const int Blocks = 8;

    /// <summary>The last of them, which are forecast.</summary>
    public const int Folds = 5;

    private const int MostOrigins = 32;
    private readonly DeviationTable _table;
    private readonly IReadOnlyList<RowRange> _training;
    private readonly int _longest;
    private readonly double[] _shared;

    private SearchFold(DeviationTable table, IReadOnlyList<RowRange> training, RolloutTask task, int longest)
    {
        _table = table;
        _training = training;
        _longest = longest;
        _shared = LagRegression.SharedGram(table, training, longest);
        Task = task;
    }

    /// <summary>The forecasts of the block.</summary>
    public RolloutTask Task { get; }

    /// <summary>All folds of a table.</summary>
    /// <param name="overall">The rows, with the marginal covariance of all of them, whose diagonal is the unit of errors.</param>
    /// <param name="useFeatures">Whether the marginal mean depends on the features.</param>
    /// <param name="longest">The longest look-back that will be asked for.</param>
    /// <param name="depth">Rows that predictors may look back on.</param>
    /// <param name="horizon">Steps of the forecasts.</param>
    public static List<SearchFold> Of(DeviationTable overall, bool useFeatures, int longest, int depth, int horizon)
    {
        var folds = new List<SearchFold>();
        for (int f = Blocks - Folds; f < Blocks; f++)
        {
            var table = new DeviationTable(overall);
            int blockStart = (int)((long)table.Rows * f / Blocks);
            int blockEnd = (int)((long)table.Rows * (f + 1) / Blocks);
            var training = new List<RowRange>();
            var origins = new List<int>();
            foreach (RowRange series in table.Series)
            {
                int end = series.Start >= blockEnd ? series.End : Math.Min(series.End, blockStart);
                if (end > series.Start)
                {
                    training.Add(new RowRange(series.Start, end));
                }

                int first = Math.Max(series.Start + depth, blockStart);
                for (int t = first; t + horizon <= Math.Min(series.End, blockEnd); t++)
                {
                    origins.Add(t);
                }
            }

            if (origins.Count > 0 && training.Count > 0)
            {
                table.FitMarginal(training, useFeatures, overall.Marginal);
                folds.Add(new SearchFold(table, training, new RolloutTask(table, Spread(origins), depth, horizon, Variances(overall)), longest));
            }
        }

        return folds;
    }

    /// <summary>Own weights, [D, L], fitted to the rest.</summary>
    public double[] Own(LinearStructure structure) => LagRegression.Own(_table, _training, structure, _longest, _shared);

    /// <summary>The regression of what own weights leave on all coordinates.</summary>
    public CrossRegression Cross(double[] own, int skip, int slices) => new(_table, _training, skip, slices, own);

    private static double[] Variances(DeviationTable overall)
    {
        double[] variances = new double[overall.Coordinates];
        for (int j = 0; j < variances.Length; j++)
        {
            variances[j] = overall.Marginal[(j * variances.Length) + j];
        }

        return variances;
    }

    private static List<int> Spread(List<int> origins)
    {
        if (origins.Count <= MostOrigins)
        {
            return origins;
        }

        var spread = new List<int>();
        for (int i = 0; i < MostOrigins; i++)
        {
            spread.Add(origins[(int)((long)i * (origins.Count - 1) / (MostOrigins - 1))]);
        }

        return spread;
    }
}
