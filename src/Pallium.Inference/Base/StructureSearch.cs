namespace Pallium.Inference;

/// <summary>Chooses a <see cref="LinearStructure"/> by forecasts of blocks of the training part that the fit has not seen.</summary>
/// <remarks>
/// The rows are cut into <see cref="Folds"/> blocks; each in turn is left out, the rest is fitted, and the block is forecast by iteration
/// (<see cref="RolloutTask"/>). Choices are made one after another: features and look-back, ridge, own weights or shared ones, cross
/// weights. Of look-backs that are as good within the noise the longest is taken (memory past what is needed is held small
/// by its ridge, while a short look-back is helpless when the level has moved); everything else must gain more than its own noise.
/// </remarks>
internal sealed class StructureSearch
{
    private const int Folds = 5;
    private const int MostOrigins = 32;
    private const int MostCrossSlices = 4;
    private const int LargestCrossSystem = 512;
    private const double LeastGain = 0.002;
    private const double MostLoss = 0.01;

    /// <summary>Multiply-adds that a search over one own-weight grid may cost; beyond it all coordinates share their weights.</summary>
    private const double OwnBudget = 3e9;
    private const int Averaged = 4;
    private static readonly double[] OwnRidges = [10, 100, 1000, 10000];
    private static readonly double[] Sharings = [1000, 100];
    private static readonly int[] CrossSlices = [1, 2, 4];
    private static readonly double[] CrossRidges = [1, 10, 100, 1000];

    private readonly int _horizon;
    private readonly int _longest;
    private readonly DeviationTable _overall;

    private StructureSearch(DeviationTable data, int longestLookback, int longestHorizon)
    {
        int rows = data.Rows;
        int longestSeries = data.Series.Max(series => series.Length);
        _overall = new DeviationTable(data);
        _overall.FitMarginal(_overall.Series, useFeatures: false);
        _horizon = Math.Clamp(Math.Min(rows / Folds / 3, longestSeries / 4), 1, longestHorizon);
        _longest = 0;
        foreach (int lookback in LinearStructure.StandardLookbacks)
        {
            // A stretch between left-out blocks loses its first L rows as targets: most rows must stay.
            int lost = data.Series.Sum(series => Math.Min(series.Length, lookback)) + lookback;
            bool fits = lost <= rows / 4 && lookback <= rows / 8 && lookback + _horizon <= longestSeries;
            _longest = fits && lookback <= longestLookback ? lookback : _longest;
        }
    }

    private int Depth => Math.Max(_longest, MostCrossSlices);

    /// <summary>The choice for <paramref name="data"/>, which is not a table; null when there are too few rows to learn anything from the past.</summary>
    public static LinearStructure? Choose(DeviationTable data, int longestLookback, int longestHorizon)
    {
        var search = new StructureSearch(data, longestLookback, longestHorizon);
        if (search._longest == 0)
        {
            return null;
        }

        return search.Choose();
    }

    private LinearStructure? Choose()
    {
        (LinearStructure best, List<Fold> folds) = ChooseLookback(useFeatures: false);
        if (folds.Count == 0)
        {
            return null;
        }

        if (_overall.FeatureCount > 0)
        {
            (LinearStructure with, List<Fold> withFolds) = ChooseLookback(useFeatures: true);
            if (Mean(Scores(withFolds, with)) < Mean(Scores(folds, best)))
            {
                (best, folds) = (with, withFolds);
            }
        }

        best = ChooseAverage(folds, best);
        best = ChooseRidge(folds, best);
        best = ChooseSharing(folds, best);
        return ChooseCross(folds, best);
    }

    private (LinearStructure Best, List<Fold> Folds) ChooseLookback(bool useFeatures)
    {
        List<Fold> folds = MakeFolds(useFeatures);
        var start = new LinearStructure { UseFeatures = useFeatures };
        return (folds.Count == 0 ? start : Longest(folds, start), folds);
    }

    /// <summary>The longest look-back that is as good as the best, within one standard error of the difference and one per cent.</summary>
    private LinearStructure Longest(List<Fold> folds, LinearStructure start)
    {
        int[] tried = [0, .. LinearStructure.StandardLookbacks.ToArray().Where(lookback => lookback <= _longest)];
        double[][] scores = [.. tried.Select(lookback => Scores(folds, start with { Lookback = lookback }))];
        int best = 0;
        for (int i = 1; i < tried.Length; i++)
        {
            best = Mean(scores[i]) < Mean(scores[best]) ? i : best;
        }

        int longest = best;
        for (int i = best + 1; i < tried.Length; i++)
        {
            longest = IsAsGood(scores[i], scores[best]) ? i : longest;
        }

        return start with { Lookback = tried[longest] };
    }

    /// <summary>The mean of several look-backs unless it is plainly worse than one: it is steadier when the level moves.</summary>
    private LinearStructure ChooseAverage(List<Fold> folds, LinearStructure start)
    {
        if (start.Lookback == 0)
        {
            return start;
        }

        LinearStructure[] candidates =
        [
            .. from lookback in LinearStructure.StandardLookbacks.ToArray()
               where lookback >= start.Lookback && lookback <= _longest
               select start with { Lookback = lookback, Averaged = Averaged },
        ];
        double[][] scores = [.. candidates.Select(candidate => Scores(folds, candidate))];
        int best = 0;
        for (int c = 1; c < candidates.Length; c++)
        {
            best = Mean(scores[c]) < Mean(scores[best]) ? c : best;
        }

        return IsAsGood(scores[best], Scores(folds, start)) ? candidates[best] : start;
    }

    private static LinearStructure ChooseRidge(List<Fold> folds, LinearStructure start)
    {
        LinearStructure best = start;
        double[] bestScores = Scores(folds, best);
        foreach (double ridge in OwnRidges)
        {
            LinearStructure candidate = start with { OwnRidge = ridge };
            double[] scores = Scores(folds, candidate);
            if (Mean(bestScores) - Mean(scores) > LeastGain)
            {
                (best, bestScores) = (candidate, scores);
            }
        }

        return best;
    }

    private LinearStructure ChooseSharing(List<Fold> folds, LinearStructure start)
    {
        double cost = start.AveragedLookbacks().Sum(lookback => (double)lookback * lookback * lookback / 6) * _overall.Coordinates * Folds * Sharings.Length;
        if (start.Lookback == 0 || cost > OwnBudget)
        {
            return start;
        }

        LinearStructure best = start;
        double[] bestScores = Scores(folds, best);
        foreach (double sharing in Sharings)
        {
            LinearStructure candidate = start with { Sharing = sharing };
            double[] scores = Scores(folds, candidate);
            if (IsBetter(scores, bestScores))
            {
                (best, bestScores) = (candidate, scores);
            }
        }

        return best;
    }

    private LinearStructure ChooseCross(List<Fold> folds, LinearStructure own)
    {
        LinearStructure none = own with { Lookback = 0, Averaged = 1, Sharing = double.PositiveInfinity };
        (LinearStructure Structure, double[] Scores) pure = BestCross(folds, none);
        (LinearStructure Structure, double[] Scores) both = own.Lookback == 0 ? pure : BestCross(folds, own);
        (LinearStructure Structure, double[] Scores) best = (own, Scores(folds, own));
        if (IsBetter(both.Scores, best.Scores))
        {
            best = both;
        }

        // Without own weights the model is smaller: it wins when it is as good.
        return IsBetter(best.Scores, pure.Scores) ? best.Structure : pure.Structure;
    }

    private (LinearStructure Structure, double[] Scores) BestCross(List<Fold> folds, LinearStructure start)
    {
        LinearStructure[] candidates =
        [
            .. from slices in CrossSlices
               where slices * _overall.Coordinates <= LargestCrossSystem && slices <= Depth
               from ridge in CrossRidges
               select start with { CrossSlices = slices, CrossRidge = ridge },
        ];
        if (candidates.Length == 0)
        {
            return (start, Scores(folds, start));
        }

        double[][] scores = [.. candidates.Select(_ => new double[folds.Count])];
        for (int f = 0; f < folds.Count; f++)
        {
            double[] own = folds[f].Own(start);
            CrossRegression cross = folds[f].Cross(own, Depth, candidates.Max(candidate => candidate.CrossSlices));
            for (int c = 0; c < candidates.Length; c++)
            {
                scores[c][f] = folds[f].Task.Score(own, cross.Solve(candidates[c].CrossSlices, candidates[c].CrossRidge));
            }
        }

        int best = 0;
        for (int c = 1; c < candidates.Length; c++)
        {
            // Candidates come in order of size; a larger one must pay.
            bool larger = candidates[c].CrossSlices > candidates[best].CrossSlices;
            best = (larger ? IsBetter(scores[c], scores[best]) : Mean(scores[best]) - Mean(scores[c]) > LeastGain) ? c : best;
        }

        return (candidates[best], scores[best]);
    }

    private double[] Variances()
    {
        double[] variances = new double[_overall.Coordinates];
        for (int j = 0; j < variances.Length; j++)
        {
            variances[j] = _overall.Marginal[(j * variances.Length) + j];
        }

        return variances;
    }

    private List<Fold> MakeFolds(bool useFeatures)
    {
        var folds = new List<Fold>();
        for (int f = 0; f < Folds; f++)
        {
            var table = new DeviationTable(_overall);
            int blockStart = (int)((long)table.Rows * f / Folds);
            int blockEnd = (int)((long)table.Rows * (f + 1) / Folds);
            var training = new List<RowRange>();
            var origins = new List<int>();
            foreach (RowRange series in table.Series)
            {
                AddIfLongEnough(training, series.Start, Math.Min(series.End, blockStart));
                AddIfLongEnough(training, Math.Max(series.Start, blockEnd), series.End);
                int first = Math.Max(series.Start + Depth, blockStart);
                for (int t = first; t + _horizon <= Math.Min(series.End, blockEnd); t++)
                {
                    origins.Add(t);
                }
            }

            if (origins.Count > 0 && training.Count > 0)
            {
                table.FitMarginal(training, useFeatures, _overall.Marginal);
                folds.Add(new Fold(table, training, new RolloutTask(table, Spread(origins), Depth, _horizon, Variances()), _longest));
            }
        }

        return folds;
    }

    private static void AddIfLongEnough(List<RowRange> ranges, int start, int end)
    {
        if (end > start)
        {
            ranges.Add(new RowRange(start, end));
        }
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

    private static double[] Scores(List<Fold> folds, LinearStructure structure)
    {
        double[] scores = new double[folds.Count];
        for (int f = 0; f < scores.Length; f++)
        {
            scores[f] = folds[f].Task.Score(folds[f].Own(structure), []);
        }

        return scores;
    }

    private static double Mean(double[] scores) => scores.Length == 0 ? double.PositiveInfinity : scores.Sum() / scores.Length;

    /// <summary>Mean of a - b, and its standard error.</summary>
    private static (double Mean, double Error) Difference(double[] a, double[] b)
    {
        double mean = Mean(a) - Mean(b);
        double square = 0;
        for (int i = 0; i < a.Length; i++)
        {
            double distance = a[i] - b[i] - mean;
            square += distance * distance;
        }

        return (mean, a.Length < 2 ? 0 : Math.Sqrt(square / (a.Length - 1) / a.Length));
    }

    private static bool IsBetter(double[] candidate, double[] incumbent)
    {
        (double gain, double error) = Difference(incumbent, candidate);
        return gain > Math.Max(error, LeastGain);
    }

    /// <summary>Not worse by more than one per cent, nor by more than the standard error of the difference.</summary>
    private static bool IsAsGood(double[] candidate, double[] incumbent)
    {
        (double loss, double error) = Difference(candidate, incumbent);
        return loss <= Math.Min(error, MostLoss);
    }

    /// <summary>One left-out block: what is fitted to the rest, and the forecasts to make of the block.</summary>
    private sealed class Fold(DeviationTable table, IReadOnlyList<RowRange> training, RolloutTask task, int longest)
    {
        private readonly double[] _shared = LagRegression.SharedGram(table, training, longest);

        public RolloutTask Task => task;

        public double[] Own(LinearStructure structure) => LagRegression.Own(table, training, structure, longest, _shared);

        public CrossRegression Cross(double[] own, int skip, int slices) =>
            new(table, training, skip, slices, LagRegression.Residuals(table, training, own, skip));
    }
}
