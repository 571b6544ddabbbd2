namespace Pallium.Inference.Tests;

public sealed class SamplePosteriorTests
{
    private static readonly Channel Level = new("level", ChannelKind.Real) { Resolution = 0.5 };

    [Fact]
    public void Quantiles_are_of_type_seven()
    {
        var posterior = new SamplePosterior(Level, [4, 1, 3, 2]);
        Assert.Equal(1, posterior.Quantile(0));
        Assert.Equal(1.75, posterior.Quantile(0.25));
        Assert.Equal(2.5, posterior.Median);
        Assert.Equal(3.7, posterior.Quantile(0.9), 1e-12);
        Assert.Equal(4, posterior.Quantile(1));
        Assert.Equal(7, new SamplePosterior(Level, [7]).Quantile(0.3));
    }

    [Fact]
    public void Moments_and_shares_are_those_of_the_draws()
    {
        var posterior = new SamplePosterior(Level, [1, 2, 2, 7]);
        Assert.Equal(3, posterior.Mean);
        Assert.Equal(Math.Sqrt(22.0 / 3), posterior.StandardDeviation, 1e-12);
        Assert.Equal(0.75, posterior.Cdf(2));
        Assert.Equal(0, posterior.Cdf(0.99));
        Assert.Equal(1, posterior.Cdf(7));
        Assert.True(posterior.LogProbability(2) > posterior.LogProbability(7));
        Assert.True(double.IsFinite(posterior.LogProbability(1000)));
    }

    [Fact]
    public void Probabilities_of_outcomes_add_up_to_one_also_where_one_was_never_drawn()
    {
        foreach ((Channel channel, int classes) in new[] { (Simulated.MixedChannels[2], 2), (Simulated.MixedChannels[3], 3) })
        {
            var posterior = new SamplePosterior(channel, [1, 1, 1, 1]);
            Assert.Equal(1, Enumerable.Range(0, classes).Sum(k => Math.Exp(posterior.LogProbability(k))), 1e-12);
            Assert.Equal(1, posterior.Outcomes[0].Probability);
            Assert.Equal(classes, posterior.Outcomes.Count);
        }
    }

    [Fact]
    public void Intervals_are_central()
    {
        var posterior = new SamplePosterior(Level, [.. Enumerable.Range(0, 101).Select(i => (double)i)]);
        Assert.Equal(5, posterior.Interval(0.9).Low, 1e-9);
        Assert.Equal(95, posterior.Interval(0.9).High, 1e-9);
        Assert.Throws<ArgumentOutOfRangeException>(() => posterior.Interval(1));
    }
}
