namespace Pallium.Inference.Tests;

public sealed class PathSamplerTests
{
    private static readonly Frame History = Simulated.Mixed(60, 41);

    [Fact]
    public void The_same_seed_gives_the_same_paths_and_another_seed_others()
    {
        Session session = Simulated.MixedModel.After(History);
        Forecast one = session.Forecast(5, new ForecastOptions { Paths = 16 });
        Forecast two = session.Forecast(5, new ForecastOptions { Paths = 16 });
        Forecast other = session.Forecast(5, new ForecastOptions { Paths = 16, Seed = 2 });
        Assert.Equal(one.Paths, two.Paths);
        Assert.NotEqual(one.Paths, other.Paths);

        // More paths begin as fewer do.
        Forecast more = session.Forecast(5, new ForecastOptions { Paths = 32 });
        Assert.Equal(one.Paths, more.Paths.Take(16));
    }

    [Fact]
    public void Stamps_follow_the_median_step_or_the_one_asked_for()
    {
        Session session = Simulated.MixedModel.After(History);
        double last = History.Series[0].Times[^1];
        Assert.Equal([last + 3600, last + 7200], session.Forecast(2, new ForecastOptions { Paths = 4 }).Times);
        Assert.Equal([last + 60, last + 120], session.Forecast(2, new ForecastOptions { Paths = 4, Every = 60 }).Times);
        Slice[] future = [new(last + 10, Unknown()), new(last + 15, Unknown())];
        Assert.Equal([last + 10, last + 15, last + 3615], session.Forecast(3, new ForecastOptions { Paths = 4, Future = future }).Times);
    }

    [Fact]
    public void Paths_hold_possible_values_only()
    {
        foreach (double[] path in Simulated.MixedModel.Forecast(History, 12, new ForecastOptions { Paths = 64 }).Paths)
        {
            for (int h = 0; h < 12; h++)
            {
                Assert.True(double.IsFinite(path[4 * h]));
                Assert.True(path[(4 * h) + 1] >= 0);
                Assert.True(path[(4 * h) + 2] is 0 or 1);
                Assert.True(path[(4 * h) + 3] is 0 or 1 or 2);
            }
        }
    }

    [Fact]
    public void Cells_known_in_advance_are_as_known_and_tell_of_the_others()
    {
        Session session = Simulated.MixedModel.After(History);
        Forecast With(double weather) => session.Forecast(
            4, new ForecastOptions { Paths = 128, Future = [.. Enumerable.Range(1, 4).Select(i => new Slice(session.Time + (3600 * i), [double.NaN, double.NaN, double.NaN, weather]))] });
        Forecast dry = With(0);
        Forecast wet = With(2);
        Assert.All(dry.Paths, path => Assert.Equal([0.0, 0, 0, 0], Enumerable.Range(0, 4).Select(h => path[(4 * h) + 3])));
        Assert.True(wet[4, 1].Cdf(0) < dry[4, 1].Cdf(0) - 0.2);
        Assert.Equal("wet", wet[1, 3].Outcomes[0].Name);
    }

    [Fact]
    public void The_mean_of_the_base_s_paths_is_its_rollout()
    {
        WorldModel model = Simulated.WalkModel;
        Frame history = Simulated.Walk(100, 6);
        StreamState state = model.After(history).State;
        LinearBase linear = model.Engine.Core.Base;
        const int Horizon = 10;
        var means = new double[Horizon * 3];
        linear.Rollout(state.Core.AsSpan(0, linear.StateSize), [], means, linear.CreateSlice());
        Forecast forecast = model.Forecast(history, Horizon, new ForecastOptions { Paths = 64 });
        for (int h = 0; h < Horizon; h++)
        {
            for (int c = 0; c < 3; c++)
            {
                // Opposite noise cancels in everything that is linear.
                Assert.Equal(model.Engine.Normalizer.Decode(c, means[(3 * h) + c]), forecast[h + 1, c].Mean, 1e-6);
            }
        }
    }

    [Fact]
    public void What_cannot_be_is_refused_in_a_sentence()
    {
        Session session = Simulated.MixedModel.After(History);
        Assert.Throws<ArgumentOutOfRangeException>(() => session.Forecast(0));
        ForecastOptions[] wrong =
        [
            new() { Paths = 1 }, new() { Every = 0 }, new() { Every = -1 }, new() { Every = double.NaN }, new() { Every = double.PositiveInfinity },
            new() { Future = [new(session.Time, Unknown())] }, new() { Future = [new(double.NaN, Unknown())] }, new() { Future = [new(session.NextTime, [1])] },
            new() { Future = [new(session.NextTime, [1, 1, 1, 9])] },
        ];
        foreach (ForecastOptions options in wrong)
        {
            Assert.EndsWith(".", Assert.Throws<InputException>(() => session.Forecast(2, options)).Message, StringComparison.Ordinal);
        }

        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => session.Forecast(2, null, cancel.Token));
    }

    private static double[] Unknown() => [double.NaN, double.NaN, double.NaN, double.NaN];
}
