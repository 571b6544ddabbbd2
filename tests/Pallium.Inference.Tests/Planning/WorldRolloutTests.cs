namespace Pallium.Inference.Tests;

public sealed class WorldRolloutTests
{
    private static readonly CellFunction Cost = new("temperature", [new(0, 0)], values => values[0]);

    [Fact]
    public void Replicates_of_equal_sequences_cost_the_same_to_the_bit_and_others_differ()
    {
        WorldRollout rollout = NewRollout();
        var costs = new double[3 * 100];
        rollout.Costs([2, 2, 0, 0, 2, 2], 100, 5, costs, TestContext.Current.CancellationToken);
        Assert.Equal(costs[..100], costs[200..]);
        Assert.NotEqual(costs[..100], costs[100..200]);

        // Common noise: the difference between wet and dry spreads less than the costs do.
        double[] differences = [.. Enumerable.Range(0, 100).Select(m => costs[m] - costs[100 + m])];
        Assert.True(differences.Average() > 1, $"{differences.Average()}");
        Assert.True(Deviation(differences) < Deviation(costs[..100]), $"{Deviation(differences)} {Deviation(costs[..100])}");
        var others = new double[100];
        rollout.Costs([2, 2], 100, 6, others, TestContext.Current.CancellationToken);
        Assert.NotEqual(costs[..100], others);
    }

    [Fact]
    public void As_usual_is_what_the_model_forecasts()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        var costs = new double[2000];
        var actions = new double[2 * costs.Length];
        NewRollout().Usual(1, actions, costs, TestContext.Current.CancellationToken);
        Forecast forecast = session.Forecast(2, new ForecastOptions { Paths = 2000, Seed = 9 });
        double mean = forecast[1, 0].Mean + forecast[2, 0].Mean;
        double error = 5 * Deviation(costs) / Math.Sqrt(1000);
        Assert.InRange(costs.Average(), mean - error, mean + error);
        Assert.All(actions, action => Assert.Contains(action, new double[] { 0, 1, 2 }));
    }

    private static double Deviation(double[] values) => Math.Sqrt(values.Average(value => (value - values.Average()) * (value - values.Average())));

    private static WorldRollout NewRollout()
    {
        WorldEngine engine = Simulated.MixedModel.Engine;
        StreamState state = Simulated.MixedModel.After(Simulated.Mixed(60, 41)).State;
        var sampler = new PathSampler(engine, new HorizonCalibration(0, 4));
        SlicePlan[] slices = sampler.Slices([state.Time + 3600, state.Time + 7200], null);
        return new WorldRollout(engine, state, slices, [3], [new ActionRange(engine.Schema.Channels[3], 0, 2)], Cost, 1);
    }
}
