namespace Pallium.Inference;

/// <summary>Chooses a <see cref="LinearStructure"/> by forecasts of blocks of the training part that the fit has not seen.</summary>
/// <remarks>
/// Blocks are forecast by iteration (<see cref="RolloutTask"/>) from fits to what came before them (<see cref="SearchFold"/>). Choices are made
/// one after another: look-back and anchor, features, averaging, ridge, own weights or shared ones, cross weights. Of look-backs that are as good
/// within the noise the longest is taken (memory past what is needed is held small by its ridge, while a short look-back is
/// helpless when the level has moved). Anchor, features and ridges, which leave the number of weights nearly as it is, must gain a little;
/// everything else must gain more than its own noise.
/// </remarks>
internal sealed class StructureSearch
{
    private const int MostCrossSlices = 4;
    private const int LargestCrossSystem = 512;
    private const double LeastGain = 0.002;
    private const double MostLoss = 0.01;

    /// <summary>Multiply-adds that a search over one own-weight grid may cost; beyond it all coordinates share their weights.</summary>
    private const double OwnBudget = 3e9;
    private const int Averaged = 4;
    private static readonly double[] OwnRidges = [10, 100, 1000, 10000];
    private static readonly double[] Anchors = [2, 1e6];
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
        _horizon = Math.Clamp(Math.Min(rows / SearchFold.Blocks / 3, longestSeries / 4), 1, longestHorizon);
        _longest = 0;
        foreach (int lookback in LinearStructure.StandardLookbacks)
        {
            // A stretch loses its first L rows as targets: most rows must stay.
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
        List<SearchFold> folds = SearchFold.Of(_overall, useFeatures: false, _longest, Depth, _horizon);
        if (folds.Count == 0)
        {
            return null;
        }

        LinearStructure best = ChooseLookback(folds, new LinearStructure());
        if (_overall.FeatureCount > 0)
        {
            List<SearchFold> withFolds = SearchFold.Of(_overall, useFeatures: true, _longest, Depth, _horizon);
            LinearStructure with = ChooseLookback(withFolds, new LinearStructure { UseFeatures = true });
            if (Mean(Scores(folds, best)) - Mean(Scores(withFolds, with)) > LeastGain)
            {
                (best, folds) = (with, withFolds);
            }
        }

        best = ChooseAverage(folds, best);
        best = ChooseRidge(folds, best);
        best = ChooseSharing(folds, best);
        return ChooseCross(folds, best);
    }

    /// <summary>Look-back and anchor.</summary>
    private LinearStructure ChooseLookback(List<SearchFold> folds, LinearStructure start)
    {
        LinearStructure best = Longest(folds, start);
        double[] bestScores = Scores(folds, best);
        foreach (double anchor in Anchors)
        {
            LinearStructure candidate = Longest(folds, start with { Anchor = anchor });
            double[] scores = Scores(folds, candidate);
            if (Mean(bestScores) - Mean(scores) > LeastGain)
            {
                (best, bestScores) = (candidate, scores);
            }
        }

        return best;
    }

    /// <summary>The longest look-back that is as good as the best, within one standard error of the difference and one per cent.</summary>
    private LinearStructure Longest(List<SearchFold> folds, LinearStructure start)
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
    private LinearStructure ChooseAverage(List<SearchFold> folds, LinearStructure start)
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

    private static LinearStructure ChooseRidge(List<SearchFold> folds, LinearStructure start)
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

    private LinearStructure ChooseSharing(List<SearchFold> folds, LinearStructure start)
    {
        double cost = start.AveragedLookbacks().Sum(lookback => (double)lookback * lookback * lookback / 6) * _overall.Coordinates * SearchFold.Folds * Sharings.Length;
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

    private LinearStructure ChooseCross(List<SearchFold> folds, LinearStructure own)
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

    private (LinearStructure Structure, double[] Scores) BestCross(List<SearchFold> folds, LinearStructure start)
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
                scores[c][f] = folds[f].Task.Score(own, cross.Solve(candidates[c]));
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

    private static double[] Scores(List<SearchFold> folds, LinearStructure structure)
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
}
