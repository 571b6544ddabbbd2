using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class AnomalyDetectorTests
{
    private const int Learning = 200;
    private const double Step = 300;
    private static readonly AnomalyOptions Options = new(Learning) { HasDates = true };

    [Fact]
    public void What_a_slice_scores_does_not_depend_on_what_comes_later()
    {
        var cases = from seed in Gen.Choose(0, 1 << 20) from cut in Gen.Choose(1, 899) select (seed, cut);
        Check.One(Config.QuickThrowOnFailure.WithReplay(3, 5).WithMaxTest(20), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            double[] values = Values(one.seed, 900);
            double[] other = [.. values[..one.cut], .. Values(one.seed + 1, 900 - one.cut).Select(x => 1000 * x)];
            return Observe(Options, values).Take(one.cut).SequenceEqual(Observe(Options, other).Take(one.cut));
        }));
    }

    [Fact]
    public void Scale_and_origin_of_the_values_do_not_matter()
    {
        // Whole numbers and powers of two, so that nothing is rounded.
        double[] values = Values(7, 1500);
        Assert.Equal(Observe(Options, values), Observe(Options, [.. values.Select(x => (4 * x) - 100_000)]));
    }

    [Fact]
    public void A_saved_detector_and_a_fork_go_on_as_the_first_one_does()
    {
        double[] values = Values(9, 1200);
        var detector = new AnomalyDetector(Options);
        int length = detector.StateLength;
        Feed(detector, values, 0, 700);
        AnomalyDetector fork = detector.Fork();
        AnomalyDetector restored = AnomalyDetector.Restore(Options, detector.Save());
        Anomaly[] rest = Feed(detector, values, 700, 1200);
        Assert.Equal(rest, Feed(fork, values, 700, 1200));
        Assert.Equal(rest, Feed(restored, values, 700, 1200));
        Assert.Equal(length, detector.Save().Length);
        Assert.Equal(1696, new AnomalyDetector(new AnomalyOptions(750) { HasDates = true }).StateLength);
        Assert.Throws<InputException>(() => AnomalyDetector.Restore(new AnomalyOptions(Learning), detector.Save()));
    }

    [Fact]
    public void Observing_allocates_nothing()
    {
        double[] values = Values(11, 1000);
        var detector = new AnomalyDetector(Options);
        Feed(detector, values, 0, 500);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 500; i < 1000; i++)
        {
            detector.Observe(i * Step, values[i]);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    [Fact]
    public void A_spike_scores_at_once_and_its_repetition_soon_after_does_not()
    {
        double[] values = Values(13, 600);
        values[400] = values[420] = 2000;
        Anomaly[] anomalies = Observe(Options, values);
        Assert.Equal(400, Array.FindIndex(anomalies, anomaly => anomaly.Score > 0.9));
        Assert.Equal(0, anomalies[420].Score);
        Assert.True(anomalies[400].Level > 1);
    }

    [Fact]
    public void A_day_without_its_usual_hump_is_told_by_the_clock()
    {
        // Nine days of 5-minute values; on the eighth nothing happens, which is no new level.
        const int perDay = 288;
        double[] values = [.. Enumerable.Range(0, 9 * perDay).Select(i => i % perDay is > 100 and < 200 && i / perDay != 7 ? 50.0 + (i % 3) : 20.0 + (i % 2))];
        Anomaly[] anomalies = Observe(new AnomalyOptions(2 * perDay) { HasDates = true }, values);
        int missing = (7 * perDay) + 101;
        double during = anomalies[missing..(missing + 100)].Max(anomaly => anomaly.Clock);
        double before = anomalies[(4 * perDay)..missing].Max(anomaly => anomaly.Clock);
        Assert.True(during > 10 * before, $"{during} during, {before} before");
        Assert.Equal(0, anomalies[missing..(missing + 100)].Max(anomaly => anomaly.Level));
        Assert.Contains(anomalies[missing..(missing + 100)], anomaly => anomaly.Score > 0);
    }

    [Fact]
    public void An_unknown_shape_within_the_usual_range_is_told_by_the_shapes()
    {
        double[] values = [.. Enumerable.Range(0, 1200).Select(i => i is >= 900 and < 960 ? 5.0 : i % 40 < 20 ? 0.0 : 10.0)];
        Anomaly[] anomalies = Observe(new AnomalyOptions(400), values);
        Assert.True(anomalies[900..960].Max(anomaly => anomaly.Shape) > 0.3);
        Assert.Equal(0, anomalies[401..900].Max(anomaly => anomaly.Shape));
        Assert.All(anomalies, anomaly => Assert.Equal(0, anomaly.Clock));
    }

    [Fact]
    public void With_unlimited_vigilance_no_shape_is_new() => Assert.All(
        Observe(Options with { Vigilance = double.MaxValue }, Values(21, 400)), anomaly => Assert.Equal(0, anomaly.Shape));

    [Fact]
    public void What_never_changes_is_never_an_anomaly() =>
        Assert.All(Observe(Options, [.. Enumerable.Repeat(3.7, 900)]), anomaly => Assert.Equal(0, anomaly.Score));

    [Fact]
    public void Nothing_is_told_while_learning() =>
        Assert.All(Observe(Options, [.. Values(15, Learning).Select((x, i) => i == 150 ? 1e6 : x)]), anomaly => Assert.Equal(0, anomaly.Score));

    [Fact]
    public void Holes_are_passed_over()
    {
        double[] values = Values(17, 500);
        var detector = new AnomalyDetector(new AnomalyOptions(Learning));
        var withHoles = new AnomalyDetector(new AnomalyOptions(Learning));
        foreach (double value in values)
        {
            Assert.Equal(default, withHoles.Observe(0, double.NaN));
            Assert.Equal(detector.Observe(0, value), withHoles.Observe(0, value));
        }

        Assert.Equal(500, withHoles.Count);
    }

    [Fact]
    public void Scores_lie_between_zero_and_one_even_at_the_largest_values()
    {
        double[] values = [.. Values(19, 600).Select((x, i) => i % 50 == 49 ? (i % 100 == 49 ? 1e100 : -1e100) : x)];
        Assert.All(Observe(Options, values), anomaly => Assert.InRange(anomaly.Score, 0, 1));
    }

    [Theory]
    [InlineData(0, double.PositiveInfinity)]
    [InlineData(0, 1e101)]
    [InlineData(double.NaN, 1)]
    public void What_is_not_finite_is_refused(double time, double value) =>
        Assert.Contains("expected a finite time", Assert.Throws<InputException>(() => new AnomalyDetector(Options).Observe(time, value)).Message, StringComparison.Ordinal);

    [Fact]
    public void Options_out_of_range_are_refused_by_name()
    {
        foreach (AnomalyOptions options in (AnomalyOptions[])[
            new(0), Options with { Tolerance = 0 }, Options with { Habituation = -1 }, Options with { Memory = 0 }, Options with { ExceptionMemory = 0 },
            Options with { Vigilance = double.NaN }, Options with { Shapes = 0 }, Options with { Contrast = -1 }, Options with { Rest = double.PositiveInfinity }])
        {
            Assert.StartsWith("Option ", Assert.Throws<InputException>(() => new AnomalyDetector(options)).Message, StringComparison.Ordinal);
        }

        Assert.Throws<InputException>(() => new AnomalyDetector(Options with { TimeZone = "Nowhere/Land" }));
    }

    /// <summary>Whole numbers around a daily curve.</summary>
    private static double[] Values(int seed, int count)
    {
        Rng rng = new Rng((ulong)seed).For("values");
        return [.. Enumerable.Range(0, count).Select(i => Math.Round((20 * Elementary.Sin(2 * Math.PI * i * Step / 86400)) + (5 * rng.Normal())))];
    }

    private static Anomaly[] Observe(AnomalyOptions options, double[] values) => Feed(new AnomalyDetector(options), values, 0, values.Length);

    private static Anomaly[] Feed(AnomalyDetector detector, double[] values, int from, int to) =>
        [.. Enumerable.Range(from, to - from).Select(i => detector.Observe(i * Step, values[i]))];
}
