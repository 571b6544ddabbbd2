namespace Pallium.Inference.Tests;

public sealed class EvaluatorTests
{
    private static readonly Lazy<(WorldModel Model, Evaluation Evaluation)> Seasonal = new(() =>
    {
        (Frame training, Frame test) = Simulated.Seasonal(1500, 3).Split(0.25);
        WorldModel model = WorldModel.Learn(training, Simulated.BaseOnly);
        return (model, model.Evaluate(test, new EvaluateOptions { After = training, Horizon = 24, Stride = 3, Paths = 64, Threads = 1 }));
    });

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
        Assert.InRange(Seasonal.Value.Evaluation.CoverageCells, 2000, 1_000_000);
        Assert.InRange(Seasonal.Value.Evaluation.Coverage, 0.87, 0.93);
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
}
