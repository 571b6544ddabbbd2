using System.Runtime.CompilerServices;

namespace Pallium.Inference.Tests;

public sealed class EvaluatorTests
{
    private static readonly Lazy<(WorldModel Model, Evaluation Evaluation)> Seasonal = new(() => Learned(seed: 3));

    [Fact]
    public void The_model_beats_persistence_and_the_season_on_a_seasonal_series()
    {
        ChannelEvaluation load = Seasonal.Value.Evaluation.Channels[0];
        Assert.True(Seasonal.Value.Evaluation.Season is 24 or 168);
        Assert.True(load.Model.Crps < load.Persistence.Crps, $"{load}");
        Assert.True(load.Model.Crps < load.Seasonal.Crps, $"{load}");
        Assert.True(load.Model.Crps < load.Autoregression.Crps, $"{load}");
        Assert.True(load.Model.Error < load.Persistence.Error && load.Model.Error < load.Seasonal.Error, $"{load}");

        // The process itself has a stationary deviation of 1.
        Assert.InRange(load.Model.Error, 0.6, 1.15);
        Assert.True(load.LogLoss > 0 && double.IsFinite(load.ConditionalLogLoss));
    }

    [Fact]
    public void Intervals_of_ninety_percent_cover_ninety_percent()
    {
        // Over 375 slices that depend on one another the share of one series is spread by 0.02.
        Evaluation[] evaluations = [Seasonal.Value.Evaluation, Learned(seed: 4).Evaluation, Learned(seed: 5).Evaluation];
        Assert.All(evaluations, evaluation => Assert.InRange(evaluation.CoverageCells, 2000, 1_000_000));
        Assert.InRange(evaluations.Average(evaluation => evaluation.Coverage), 0.87, 0.93);
    }

    private static (WorldModel Model, Evaluation Evaluation) Learned(ulong seed)
    {
        (Frame training, Frame test) = Simulated.Seasonal(1500, seed).Split(0.25);
        WorldModel model = WorldModel.Learn(training, Simulated.BaseOnly);
        return (model, model.Evaluate(test, new EvaluateOptions { After = training, Horizon = 24, Stride = 3, Paths = 64, Threads = 1 }));
    }

    [Fact]
    public void The_result_does_not_depend_on_threads_nor_on_a_second_run()
    {
        Frame test = Simulated.Mixed(60, 5);
        var options = new EvaluateOptions { Horizon = 5, Stride = 10, Paths = 16, Threads = 1 };
        Evaluation one = Simulated.MixedModel.Evaluate(test, options);
        Evaluation two = Simulated.MixedModel.Evaluate(test, options with { Threads = 3 });
        Assert.Equal(one.Channels.Select(channel => channel.ToString()), two.Channels.Select(channel => channel.ToString()));
        Assert.Equal(one.OrderDisagreement, two.OrderDisagreement);
        Assert.True(one.OrderDisagreement >= 0);
        Assert.InRange(one.Channels[3].Model.Error, 0, 1);
        Assert.True(double.IsNaN(one.Channels[3].Model.Coverage));
    }

    [Fact]
    public void Tables_are_scored_by_likelihood_alone()
    {
        Frame mixed = Simulated.Mixed(200, 3);
        var table = new Frame(mixed.Schema with { IsTable = true, Time = TimeAxis.None }, mixed.Series);
        (Frame training, Frame test) = table.Split(0.2);
        Evaluation evaluation = WorldModel.Learn(training, Simulated.BaseOnly).Evaluate(test);
        Assert.Equal(0, evaluation.Origins);
        Assert.All(evaluation.Channels, channel => Assert.True(channel.ConditionalLogLoss < channel.LogLoss + 0.2));
    }

    [Fact]
    public void Options_out_of_range_and_histories_that_overlap_are_refused()
    {
        Frame test = Simulated.Mixed(20, 5);
        EvaluateOptions[] wrong = [new() { Horizon = 0 }, new() { Stride = 0 }, new() { Paths = 1 }, new() { Threads = 0 }, new() { After = test }];
        foreach (EvaluateOptions options in wrong)
        {
            Assert.EndsWith(".", Assert.Throws<InputException>(() => Simulated.MixedModel.Evaluate(test, options)).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Slices_that_were_tested_are_not_kept()
    {
        const int Rows = 4000;
        const int Early = 200;
        var early = new WeakReference[Early];
        int alive = -1;
        IEnumerable<Slice> Stream()
        {
            for (int i = 0; i < Rows; i++)
            {
                yield return Track(i, early);
            }

            GC.Collect();
            alive = early.Count(values => values.IsAlive);
        }

        var options = new EvaluateOptions { Horizon = 8, Stride = 400, Paths = 4, Threads = 1 };
        Evaluation evaluation = Simulated.WalkModel.Evaluate(Stream, null, options);
        Assert.Equal(9, evaluation.Origins);
        Assert.Equal(0, alive);
    }

    [Fact]
    public void Series_that_alternate_are_tested_as_those_that_follow_each_other()
    {
        Series one = Simulated.Mixed(60, 5).Series[0];
        Series two = Simulated.Mixed(75, 6).Series[0];
        Slice[] first = [.. new Series("first", one.Times, one.Values).Slices()];
        Slice[] second = [.. new Series("second", two.Times, two.Values).Slices()];
        Slice[] alternating = [.. first.Zip(second, (a, b) => new[] { a, b }).SelectMany(pair => pair), .. second.Skip(first.Length)];
        var options = new EvaluateOptions { Horizon = 5, Stride = 10, Paths = 16, Threads = 2 };
        Evaluation apart = Simulated.MixedModel.Evaluate(() => first.Concat(second), null, options);
        Evaluation mixed = Simulated.MixedModel.Evaluate(() => alternating, null, options);
        Assert.Equal(12, apart.Origins);
        Assert.Equal(apart.Origins, mixed.Origins);
        Assert.Equal(apart.CoverageCells, mixed.CoverageCells);
        Assert.Equal(apart.Coverage, mixed.Coverage);

        // Sums are taken in the order of arrival.
        const double Rounding = 1e-12;
        Assert.All(apart.Channels.Zip(mixed.Channels), pair => Assert.Equal(pair.First.Model.Crps, pair.Second.Model.Crps, Rounding));
        Assert.All(apart.Channels.Zip(mixed.Channels), pair => Assert.Equal(pair.First.LogLoss, pair.Second.LogLoss, 1e3 * Rounding));
    }

    [Fact]
    public void The_history_may_be_a_stream_too()
    {
        (Frame before, Frame test) = Simulated.Mixed(100, 5).Split(0.4);
        var options = new EvaluateOptions { Horizon = 5, Stride = 10, Paths = 16, Threads = 1 };
        Evaluation streamed = Simulated.MixedModel.Evaluate(test.Slices, before.Slices(), options);
        Evaluation whole = Simulated.MixedModel.Evaluate(test, options with { After = before });
        Assert.Equal(4, streamed.Origins);
        Assert.Equal(whole.Channels.Select(channel => channel.ToString()), streamed.Channels.Select(channel => channel.ToString()));
        Assert.Throws<InputException>(() => Simulated.MixedModel.Evaluate(test.Slices, test.Slices(), options));
        Assert.Throws<InputException>(() => Simulated.MixedModel.Evaluate(() => [], null, options));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static Slice Track(int i, WeakReference[] early)
    {
        var slice = new Slice(i, [i % 3, i % 5, i % 7]);
        if (i < early.Length)
        {
            early[i] = new WeakReference(slice.Values);
        }

        return slice;
    }
}
