using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class VolatilityFilterTests
{
    private static readonly Channel Price = new("price", ChannelKind.Real);

    [Fact]
    public void It_is_a_fifth_of_a_nat_better_than_the_best_fixed_filter_where_volatility_switches()
    {
        const int Length = 3000;
        var report = new List<string>();
        for (ulong seed = 1; seed <= 5; seed++)
        {
            double[] values = SwitchingWalk.Draw(seed, Length);
            double fixedFilter = SwitchingWalk.Best(q => SwitchingWalk.Kalman(values, 0.04, Math.Exp(q), values[0], 1), -6, 0);

            // One parameter of each is tuned on the series itself: here the log variance of the volatility's steps.
            double tuned = SwitchingWalk.Best(
                omega => Surprise(values, new() { ObservationVariance = 0.04, LogStepVariances = [-3, omega], InitialMean = values[0], InitialVariance = 1 }), -6, 0);
            VolatilityFilter fitted = VolatilityFilter.Fit(Frame.FromArrays([Price], values));
            double all = fitted.Observe(new Series("", [.. Enumerable.Range(0, Length).Select(i => (double)i)], values)) / Length;
            report.Add(FormattableString.Invariant($"seed {seed}: fixed {fixedFilter:F3}, one parameter {tuned:F3}, all fitted {all:F3} nats per observation"));
            Assert.True(fixedFilter - tuned >= 0.2, report[^1]);
            Assert.True(fixedFilter - all >= 0.2, report[^1]);
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', report));
    }

    [Fact]
    public void Without_a_volatility_parent_it_is_the_kalman_filter()
    {
        double[] values = SwitchingWalk.Draw(3, 500);
        double plain = SwitchingWalk.Kalman(values, 0.04, 0.3, 0.5, 2);
        double ours = Surprise(values, new() { ObservationVariance = 0.04, LogStepVariances = [Math.Log(0.3)], InitialMean = 0.5, InitialVariance = 2 });
        Assert.Equal(plain, ours, 1e-12);
    }

    [Fact]
    public void A_second_volatility_level_is_fitted_and_no_worse_than_a_nat_in_a_hundred_observations()
    {
        double[] values = SwitchingWalk.Draw(1, 1200);
        Frame frame = Frame.FromArrays([Price], values);
        double one = VolatilityFilter.Fit(frame).Observe(frame.Series[0]);
        double two = VolatilityFilter.Fit(frame, new() { Levels = 3 }).Observe(frame.Series[0]);
        Assert.True(two < one + 12, $"{two} against {one} nats");
    }

    [Fact]
    public void Forecasts_spread_by_the_expected_volatility()
    {
        VolatilityFilter filter = Seen();
        Answer answer = filter.Answer(new Question { Asked = [new(0, 1), new(0, 10)] });
        var draws = filter.Answer(new Question { Asked = [new(0, 1), new(0, 10)], Events = [Above(0, 10, filter.Mean)] }, new AnswerOptions { Effort = 40_000 });
        Assert.True(answer.Cells[1].StandardDeviation > answer.Cells[0].StandardDeviation);
        for (int i = 0; i < 2; i++)
        {
            double variance = draws.Samples.Average(draw => (draw[i] - filter.Mean) * (draw[i] - filter.Mean));
            Assert.Equal(1, variance / (answer.Cells[i].StandardDeviation * answer.Cells[i].StandardDeviation), 0.05);
        }

        Assert.Equal(0.5, draws.Events[0], 5 * draws.EventErrors[0]);
        Assert.Equal(0.0025, draws.EventErrors[0], 0.0001);
        Assert.Equal(filter.Next().StandardDeviation, answer.Cells[0].StandardDeviation);
    }

    [Fact]
    public void A_clamp_is_taken_in_as_an_observation_would_be()
    {
        VolatilityFilter filter = Seen();
        Answer answer = filter.Answer(new Question { Clamps = [Clamp.Equal(new(0, 2), 7)], Asked = [new(0, 3), new(0, 2)] });
        VolatilityFilter after = filter.Fork();
        after.Observe(double.NaN);
        double surprise = after.Observe(7);
        Assert.Equal(after.Next().Mean, answer.Cells[0].Mean, 1e-12);
        Assert.Equal(after.Next().StandardDeviation, answer.Cells[0].StandardDeviation, 1e-12);
        Assert.Equal(7, answer.Cells[1].Mean);
        Assert.Equal(-surprise, answer.LogEvidence, 1e-12);
        Assert.Equal(0, answer.StandardErrors[0]);
    }

    [Fact]
    public void What_it_cannot_take_is_refused_by_a_sentence()
    {
        VolatilityFilter filter = Seen();
        CellAddress[] asked = [new(0, 1)];
        Question[] refused =
        [
            new() { Clamps = [Clamp.Between(new(0, 1), 0, 1)], Asked = [new(0, 2)] },
            new() { Clamps = [Clamp.Equal(new(0, 0), 1)], Asked = asked },
            new() { Clamps = [Clamp.Linear([new(new(0, 1), 1), new(new(0, 2), -1)], 0, 0)], Asked = [new(0, 3)] },
            new() { Clamps = [Clamp.Equal(new(0, 3), 1)], Asked = asked },
            new() { Asked = [new(0, 0)] },
            new() { Asked = [new(1, 1)] },
        ];
        Assert.All(refused, question => Assert.Contains("expected", Assert.Throws<InputException>(() => filter.Answer(question)).Message, StringComparison.Ordinal));
        Assert.Throws<InputException>(() => filter.Answer(new() { Asked = asked }, new() { Effort = -1 }));
        Assert.Throws<InputException>(() => filter.Answer(new() { Asked = asked, Events = [Above(0, 1, 0)] }, new() { Effort = 0 }));
        Assert.Throws<ContradictionException>(() => filter.Answer(new() { Clamps = [Clamp.Equal(new(0, 1), 1), Clamp.Equal(new(0, 1), 2)], Asked = [new(0, 2)] }));
        Assert.Throws<InputException>(() => filter.Observe(1, -1));
        Assert.Throws<InputException>(() => new VolatilityFilter(new Channel("on", ChannelKind.Binary), filter.Parameters));
        Assert.Throws<InputException>(() => VolatilityFilter.Fit(Frame.FromArrays([Price], [1, 1, 1, 1])));
        Assert.Throws<ArgumentException>(() => new VolatilityFilter(Price, filter.Parameters with { Couplings = [-1] }));
    }

    [Fact]
    public void A_state_is_saved_restored_and_forked()
    {
        VolatilityFilter filter = Seen();
        var row = new double[filter.StateSize];
        filter.Save(row);
        var other = new VolatilityFilter(Price, filter.Parameters);
        other.Restore(row);
        VolatilityFilter fork = filter.Fork();
        double first = filter.Observe(1.5);
        Assert.Equal(first, other.Observe(1.5));
        Assert.Equal(first, fork.Observe(1.5));
        Assert.Throws<InputException>(() => other.Restore(row.AsSpan(1)));
        Assert.Throws<InputException>(() => other.Restore([0, 0, 1, -1]));
    }

    [Fact]
    public void Taking_in_a_value_allocates_nothing()
    {
        VolatilityFilter filter = Seen();
        filter.Observe(1);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            filter.Observe(i % 7, 0.5);
        }

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
    }

    [Fact]
    public void The_same_series_gives_the_same_parameters()
    {
        Frame frame = Frame.FromArrays([Price], SwitchingWalk.Draw(2, 400));
        Assert.Equal(VolatilityFilter.Fit(frame).Parameters.LogStepVariances, VolatilityFilter.Fit(frame).Parameters.LogStepVariances);
    }

    private static VolatilityFilter Seen()
    {
        var filter = new VolatilityFilter(Price, new() { ObservationVariance = 0.04, LogStepVariances = [-3, -2], InitialVariance = 1 });
        foreach (double value in SwitchingWalk.Draw(5, 400))
        {
            filter.Observe(value);
        }

        return filter;
    }

    private static CellFunction Above(int channel, int offset, double bound) =>
        new($"above {bound}", [new(channel, offset)], values => values[0] > bound ? 1 : 0);

    private static double Surprise(double[] values, VolatilityParameters parameters)
    {
        var filter = new VolatilityFilter(Price, parameters);
        return values.Average(u => filter.Observe(u));
    }
}
