using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class SearchFoldTests
{
    private const int Rows = 800;
    private const int Lags = 4;
    private const int Horizon = 10;
    private static readonly LinearStructure Structure = new() { Lookback = Lags };

    [Fact]
    public void What_is_fitted_has_seen_nothing_from_the_block_on_in_its_own_series()
    {
        double[] values = Noise(1);
        double[] other = [.. values[..500], .. Noise(2)[500..]];
        List<SearchFold> folds = Folds(EvenSeries.Of(values, 1));
        List<SearchFold> changed = Folds(EvenSeries.Of(other, 1));

        // Blocks of 100 rows; the first three are only learned from. Row 500 is the first of the third that is forecast.
        Assert.Equal(5, folds.Count);
        for (int f = 0; f < folds.Count; f++)
        {
            Assert.Equal(f < 3, folds[f].Own(Structure).SequenceEqual(changed[f].Own(Structure)));
        }
    }

    [Fact]
    public void Other_series_are_seen_whole()
    {
        double[] values = Noise(1);
        double[] other = [.. values[..700], .. Noise(2)[700..]];
        List<SearchFold> folds = Folds(Cut(values, 8));
        List<SearchFold> changed = Folds(Cut(other, 8));
        Assert.Equal(5, folds.Count);
        for (int f = 0; f < folds.Count; f++)
        {
            Assert.Equal(f == 4, folds[f].Own(Structure).SequenceEqual(changed[f].Own(Structure)));
        }
    }

    private static BaseSeries[] Cut(double[] values, int parts) =>
        [.. Enumerable.Range(0, parts).Select(s => EvenSeries.Of(values[(s * Rows / parts)..((s + 1) * Rows / parts)], 1))];

    private static List<SearchFold> Folds(params BaseSeries[] series)
    {
        var overall = new DeviationTable(new BaseData([new BaseGroup(0, 1, BaseKind.Real)], 0, series));
        overall.FitMarginal(overall.Series, useFeatures: false);
        return SearchFold.Of(overall, useFeatures: false, Lags, Lags, Horizon);
    }

    private static double[] Noise(ulong seed)
    {
        var rng = new Rng(seed);
        return [.. Enumerable.Range(0, Rows).Select(_ => rng.Normal())];
    }
}
