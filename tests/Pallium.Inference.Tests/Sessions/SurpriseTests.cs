using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class SurpriseTests
{
    [Fact]
    public void An_injected_outlier_is_the_most_surprising_slice_and_its_channel_the_worst()
    {
        Frame frame = Simulated.Walk(150, 31);
        double[] values = [.. frame.Series[0].Values];
        values[(3 * 80) + 1] += 8;
        IReadOnlyList<Surprise> surprises = Simulated.WalkModel.Surprise(new Frame(frame.Schema, [new Series("", frame.Series[0].Times, values)]));
        Surprise most = surprises.MaxBy(surprise => surprise.Total)!;
        Assert.Same(surprises[80], most);
        Assert.Equal(1, most.Worst);
        Assert.InRange(most.TailProbability, 0, 0.02);
    }

    [Fact]
    public void Tail_probabilities_are_uniform_on_data_from_the_model()
    {
        double[] tails = [.. Simulated.WalkModel.Surprise(Simulated.Walk(400, 99)).Select(surprise => surprise.TailProbability).Order()];
        double distance = tails.Select((tail, i) => Math.Abs(tail - ((i + 0.5) / tails.Length))).Max();

        // Kolmogorov and Smirnov: 1.63/√n is passed once in a hundred times.
        Assert.InRange(distance, 0, 1.63 / Math.Sqrt(tails.Length));
    }

    [Fact]
    public void Tail_probabilities_are_uniform_on_streams_dreamed_by_a_model_whose_orders_disagree()
    {
        const int Slices = 600;
        WorldModel model = Simulated.MixedModel;
        var observer = new SliceObserver(model.Engine);
        StreamState state = model.After(Simulated.Mixed(20, 3, holes: 0)).State;
        var root = new Rng(12);
        var tails = new double[Slices];
        double apart = 0;
        int[] forwards = [0, 1, 2, 3];
        for (int t = 0; t < Slices; t++)
        {
            double time = model.Engine.NextTime(state);
            Rng rng = root.For(t);
            (double[][] drawn, double[] logs) = observer.Dream(state, time, forwards, rng, 1);
            double[] dream = drawn[0];
            Surprise surprise = observer.Measure(state, time, dream, rng.For("measure"), 100);
            Assert.Equal(-logs[0], surprise.Total, 1e-9);
            tails[t] = surprise.TailProbability;
            apart += Math.Abs(observer.LogChain(state, time, dream, forwards) - observer.LogChain(state, time, dream, [3, 2, 1, 0])) / Slices;
            observer.Advance(state, time, dream);
        }

        Array.Sort(tails);
        double distance = tails.Select((tail, i) => Math.Abs(tail - ((i + 0.5) / Slices))).Max();
        TestContext.Current.TestOutputHelper!.WriteLine($"distance {distance:F4}, orders apart {apart:F3} nats");
        Assert.True(apart > 0.02, "the test would say nothing");
        Assert.InRange(distance, 0, 1.63 / Math.Sqrt(Slices));
    }

    [Fact]
    public void A_slice_of_holes_is_no_surprise()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(10, 2));
        Surprise surprise = session.Observe(new Slice(session.NextTime, [double.NaN, double.NaN, double.NaN, double.NaN]));
        Assert.Equal(0, surprise.Total);
        Assert.Equal(-1, surprise.Worst);
        Assert.Equal(1, surprise.TailProbability);
        Assert.All(surprise.Channels, channel => Assert.True(double.IsNaN(channel)));
    }

    [Fact]
    public void Of_one_channel_the_total_is_its_negative_log_probability()
    {
        Frame frame = Simulated.Seasonal(300, 5);
        WorldModel model = WorldModel.Learn(frame, Simulated.BaseOnly);
        Session session = model.After(frame);
        double expected = -session.Infer("load").LogProbability(1.5);
        Assert.Equal(expected, session.Observe(new Slice(session.NextTime, [1.5])).Total, 1e-12);
    }

    [Fact]
    public void Orders_of_the_chain_rule_agree_where_the_base_is_alone()
    {
        var observer = new SliceObserver(Simulated.WalkModel.Engine);
        StreamState state = Simulated.WalkModel.After(Simulated.Walk(20, 5)).State;
        double[] values = [0.3, -0.4, 0.8];
        double one = observer.LogChain(state, 20, values, [0, 1, 2]);

        // Conditioning is exact; masses of rounding intervals are not quite those of densities.
        Assert.Equal(one, observer.LogChain(state, 20, values, [2, 0, 1]), 1e-3);
        Assert.Equal(one, observer.LogJoint(state, 20, values, [0, 1, 2]), 1e-3);
    }
}
