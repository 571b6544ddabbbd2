using System.Globalization;
using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class NabScoreTests
{
    private static double Sigma(double x) => (2 / (1 + Math.Exp(5 * x))) - 1;

    [Fact]
    public void A_window_is_worth_its_earliest_detection()
    {
        // 100 rows, of which 15 are probation; the window is 10 wide.
        ScoredSeries series = Series(100, [new(40, 49)], (43, 1), (47, 1));
        NabResult result = NabScore.At(1, [series], NabProfile.Standard);
        double expected = Sigma(-0.7) / Sigma(-1);
        Assert.Equal(expected, result.Raw, 1e-12);
        Assert.Equal(100 * (expected + 1) / 2, result.Normalized, 1e-12);
        Assert.Equal((1, 0), (result.Series[0].Found, result.Series[0].FalseAlarms));
    }

    [Fact]
    public void A_window_found_at_its_first_row_is_worth_one_and_at_its_last_nearly_nothing()
    {
        Assert.Equal(1, NabScore.At(1, [Series(100, [new(40, 49)], (40, 1))], NabProfile.Standard).Raw, 1e-12);
        Assert.Equal(Sigma(-0.1) / Sigma(-1), NabScore.At(1, [Series(100, [new(40, 49)], (49, 1))], NabProfile.Standard).Raw, 1e-12);
    }

    [Theory]
    [InlineData(20, 1)]
    [InlineData(52, 0.33333333333333333)]
    [InlineData(58, 1)]
    [InlineData(76, 3)]
    [InlineData(90, 4)]
    public void A_false_alarm_costs_the_more_the_farther_it_lies_behind_a_window(int row, double widthsBehind)
    {
        // Before every window, or three widths behind one, all of it.
        double worth = row < 40 || widthsBehind >= 3 ? -1 : Sigma(widthsBehind);
        ScoredSeries series = Series(100, [new(40, 49)], (row, 1));
        Assert.Equal(-1 + (0.11 * worth), NabScore.At(1, [series], NabProfile.Standard).Raw, 1e-12);
        Assert.Equal(-1 + (0.22 * worth), NabScore.At(1, [series], NabProfile.RewardLowFalsePositives).Raw, 1e-12);
        Assert.Equal(-2 + (0.11 * worth), NabScore.At(1, [series], NabProfile.RewardLowFalseNegatives).Raw, 1e-12);
    }

    [Fact]
    public void Detections_within_probation_do_not_count()
    {
        ScoredSeries series = Series(100, [new(10, 20)], (3, 1), (12, 1));
        Assert.Equal(15, series.Probation);
        Assert.Equal(-1, NabScore.At(1, [series], NabProfile.Standard).Raw);
        Assert.Equal(750, ScoredSeries.ProbationOf(22695));
        Assert.Equal(0, NabScore.At(1, [Series(100, [new(2, 8)], (3, 1))], NabProfile.Standard).Raw);
    }

    [Fact]
    public void Silence_has_0_and_perfection_100_in_every_profile()
    {
        foreach (NabProfile profile in NabProfile.All)
        {
            Assert.Equal(0, NabScore.At(double.PositiveInfinity, [Series(200, [new(50, 69), new(100, 119)])], profile).Normalized);
            Assert.Equal(100, NabScore.At(1, [Series(200, [new(50, 69), new(100, 119)], (50, 1), (100, 1))], profile).Normalized, 1e-12);
        }
    }

    [Fact]
    public void Where_no_detection_pays_the_threshold_is_infinite()
    {
        NabResult result = NabScore.Best([Series(100, [], (30, 1))], NabProfile.Standard);
        Assert.Equal(double.PositiveInfinity, result.Threshold);
        Assert.Equal(0, result.Raw);
        Assert.True(double.IsNaN(result.Normalized));
    }

    [Fact]
    public void The_best_threshold_is_the_best_of_all_thresholds()
    {
        Check.One(Config.QuickThrowOnFailure.WithReplay(17, 19).WithMaxTest(40), Prop.ForAll(Gen.Choose(0, 1 << 20).ToArbitrary(), seed =>
        {
            Rng rng = new Rng((ulong)seed).For("nab");
            ScoredSeries[] series = [.. Enumerable.Range(0, 3).Select(s => new ScoredSeries(
                $"s{s}", [.. Enumerable.Range(0, 120).Select(_ => Math.Round(20 * rng.Uniform()) / 20)], s == 0 ? [] : [new(30 + s, 40), new(70, 70 + (5 * s))]))];
            return NabProfile.All.All(profile =>
            {
                NabResult best = NabScore.Best(series, profile);
                double[] raws = [.. series.SelectMany(one => one.Scores).Append(double.PositiveInfinity).Distinct().Select(threshold => NabScore.At(threshold, series, profile).Raw)];
                return Math.Abs(best.Raw - raws.Max()) < 1e-9 && NabScore.At(best.Threshold, series, profile).Raw == best.Raw;
            });
        }));
    }

    [Fact]
    public void Windows_out_of_place_and_scores_that_are_not_numbers_are_refused()
    {
        foreach (ScoredSeries series in (ScoredSeries[])[
            Series(50, [new(40, 50)]), Series(50, [new(30, 20)]), Series(50, [new(20, 30), new(30, 35)]), Series(50, [new(-1, 4)]), Series(50, [], (3, double.NaN))])
        {
            Assert.Throws<ArgumentException>(() => NabScore.At(1, [series], NabProfile.Standard));
            Assert.Throws<ArgumentException>(() => NabScore.Best([series], NabProfile.Standard));
        }
    }

    [Fact]
    public void The_published_corpus_score_follows_from_its_raw_score() =>
        Assert.Equal(70.10, NabScore.Normalize(46.634, 116, NabProfile.Standard), 0.005);

    [Theory]
    [InlineData("ARTime", 76.3)]
    [InlineData("numenta", 69.2)]
    [InlineData("contextOSE", 67.1)]
    [InlineData("relativeEntropy", 57.2)]
    [InlineData("windowedGaussian", 38.5)]
    public void The_published_scores_of_the_shared_series_normalise_to_their_readme(string detector, double expected)
    {
        Dictionary<string, double> raw = Published(detector);
        Assert.Equal(expected, NabScore.Normalize(raw.Values.Sum(), 79, NabProfile.Standard), 0.05);
    }

    [Fact]
    public void The_published_scores_of_a_detector_that_is_easily_repeated_come_out_for_every_series()
    {
        // windowedGaussian: 1 - Q(z) under mean and deviation of the last 6,400 values, renewed every 100; any threshold within some
        // percent of 1 - 4.5e-13 gives all 41 published figures, which are rounded to six digits.
        const double threshold = 1 - 4.515e-13;
        Dictionary<string, double> published = Published("windowedGaussian");
        ScoredSeries[] series = [.. Shared().Select(one => new ScoredSeries(one.Name, WindowedGaussian(one.Values), one.Windows))];
        Assert.Equal(41, series.Length);
        foreach (NabSeriesResult result in NabScore.At(threshold, series, NabProfile.Standard).Series)
        {
            Assert.Equal(published[result.Name], result.Raw, 1e-4);
        }
    }

    [Fact]
    public void The_detector_scores_at_least_57_on_the_shared_series()
    {
        ScoredSeries[] scored = [.. Shared().Select(one => one.Detect())];
        Assert.True(NabScore.Best(scored, NabProfile.Standard).Normalized >= 57);
    }

    private static IReadOnlyList<LabelledSeries> Shared() => NabData.Read(SharedData.Path("nab/nab.csv.gz"), SharedData.Path("nab/windows.csv"));

    private static Dictionary<string, double> Published(string detector)
    {
        string path = SharedData.Path("nab/published_scores.csv");
        int column = Array.IndexOf(File.ReadLines(path).First().Split(','), detector);
        return SharedData.Rows("nab/published_scores.csv").ToDictionary(row => row[0], row => double.Parse(row[column], CultureInfo.InvariantCulture));
    }

    private static double[] WindowedGaussian(double[] values)
    {
        const int window = 6400;
        const int step = 100;
        var scores = new double[values.Length];
        (double mean, double deviation) = (0, 1);
        for (int i = 0; i < values.Length; i++)
        {
            scores[i] = i == 0 ? 0 : 1 - (0.5 * Elementary.Erfc(Math.Abs(values[i] - mean) / deviation / 1.4142));
            int behind = i + 1 - window;
            if (behind <= 0 || behind % step == 0)
            {
                ReadOnlySpan<double> last = values.AsSpan(Math.Max(0, behind)..(i + 1));
                (mean, deviation) = Moments(last);
            }
        }

        return scores;
    }

    private static (double Mean, double Deviation) Moments(ReadOnlySpan<double> values)
    {
        double sum = 0;
        foreach (double value in values)
        {
            sum += value;
        }

        double mean = sum / values.Length;
        double squares = 0;
        foreach (double value in values)
        {
            squares += (value - mean) * (value - mean);
        }

        double deviation = Math.Sqrt(squares / values.Length);
        return (mean, deviation == 0 ? 1e-6 : deviation);
    }

    /// <summary>A series of rows that score 0 but for those given.</summary>
    private static ScoredSeries Series(int rows, NabWindow[] windows, params (int Row, double Score)[] told)
    {
        var scores = new double[rows];
        foreach ((int row, double score) in told)
        {
            scores[row] = score;
        }

        return new ScoredSeries("made", scores, windows);
    }
}
