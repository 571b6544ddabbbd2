using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class CellPosteriorTests
{
    private static readonly Channel Rain = Simulated.MixedChannels[1];
    private static readonly Channel Weather = Simulated.MixedChannels[3];

    [Fact]
    public void Quantiles_invert_the_distribution_function_above_the_atom_and_are_zero_in_it()
    {
        CellPosterior posterior = WithAtom();
        for (double p = 0.01; p < 1; p += 0.013)
        {
            double quantile = posterior.Quantile(p);
            Assert.Equal(p <= 0.4, quantile == 0);

            // Below a quarter of a step values are not told apart.
            Assert.Equal(Math.Max(p, 0.4), posterior.Cdf(quantile), quantile is > 0 and < 0.025 ? 0.01 : 1e-9);
        }

        Assert.Equal(0, posterior.Cdf(-1));
        Assert.Equal(0.4, posterior.Cdf(0));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Probabilities_of_all_recorded_values_add_up_to_one(int which)
    {
        CellPosterior posterior = which switch { 0 => WithAtom(), 1 => PositiveWithoutAtom(), 2 => Real(), _ => Categories() };
        int from = which == 2 ? -3000 : 0;
        int to = which == 3 ? 2 : 5000;
        double unit = which == 3 ? 1 : 0.1;
        double sum = 0;
        for (int i = from; i <= to; i++)
        {
            sum += Math.Exp(posterior.LogProbability(i * unit));
        }

        Assert.Equal(1, sum, 1e-9);
    }

    [Fact]
    public void Mean_and_deviation_are_those_of_many_draws()
    {
        foreach (CellPosterior posterior in new[] { WithAtom(), PositiveWithoutAtom(), Real() })
        {
            var rng = new Rng(8);
            double[] draws = [.. Enumerable.Range(0, 20_000).Select(_ => posterior.Sample(ref rng))];
            double mean = draws.Average();
            double deviation = Math.Sqrt(draws.Select(x => (x - mean) * (x - mean)).Average());
            Assert.Equal(mean, posterior.Mean, 4 * deviation / Math.Sqrt(draws.Length));
            Assert.Equal(deviation, posterior.StandardDeviation, 0.03 * deviation);
            Assert.All(draws, draw => Assert.True(posterior.Channel.Kind != ChannelKind.Positive || draw >= 0));
        }
    }

    [Fact]
    public void Ranks_of_recorded_draws_are_uniform_also_at_atoms_and_on_coarse_grids()
    {
        foreach (CellPosterior posterior in new[] { WithAtom(), PositiveWithoutAtom(), Real(), Categories(), Coarse() })
        {
            var rng = new Rng(9);
            double[] ranks = [.. Enumerable.Range(0, 3000).Select(_ => posterior.Rank(posterior.SampleRecorded(ref rng), ref rng)).Order()];
            double distance = ranks.Select((rank, i) => Math.Abs(rank - ((i + 0.5) / ranks.Length))).Max();
            Assert.InRange(distance, 0, 1.63 / Math.Sqrt(ranks.Length));
        }
    }

    [Fact]
    public void The_smallest_set_holds_the_likeliest_categories()
    {
        CellPosterior posterior = Categories();
        Assert.Equal(["mild"], posterior.SmallestSet(0.5).Select(outcome => outcome.Name));
        Assert.Equal(["mild", "wet"], posterior.SmallestSet(0.7).Select(outcome => outcome.Name));
        Assert.Equal(3, posterior.SmallestSet(0.99).Count);
        Assert.Equal(1, posterior.Mean);
        Assert.Equal(1, posterior.Best);
    }

    [Fact]
    public void The_best_value_is_one_that_could_be_recorded()
    {
        Assert.Equal(0, new CellPosterior(Rain, RainScale(atom: true), [0.6, 0.4], Mixture.Normal(0, 1)).Best);
        double best = Real().Best;
        Assert.Equal(Math.Round(best, 1), best);
    }

    [Fact]
    public void Impossible_categories_have_no_probability_and_holes_cost_nothing()
    {
        Assert.Equal(double.NegativeInfinity, Categories().LogProbability(3));
        Assert.Equal(0, Categories().LogProbability(double.NaN));
        Assert.Equal(0, Real().LogProbability(double.NaN));
    }

    private static CellPosterior WithAtom() => new(Rain, RainScale(atom: true), [0.4, 0.6], Two());

    private static CellPosterior PositiveWithoutAtom() => new(Rain, RainScale(atom: false), [], Two());

    private static CellPosterior Real() =>
        new(Simulated.MixedChannels[0], new ChannelScale(ChannelKind.Real) { Mean = 3, Deviation = 7, Resolution = 0.1 }, [], Two());

    /// <summary>Counts, whose steps are as wide as their spread.</summary>
    private static CellPosterior Coarse() => new(
        new Channel("count", ChannelKind.Real), new ChannelScale(ChannelKind.Real) { Mean = 3, Deviation = 1 }, [], Mixture.Normal(0.3, 0.8));

    private static CellPosterior Categories() => new(Weather, new ChannelScale(ChannelKind.Categorical), [0.1, 0.6, 0.3], null);

    private static ChannelScale RainScale(bool atom) =>
        new(ChannelKind.Positive) { Mean = 1, Deviation = 4, Softness = 2, HasAtom = atom, Resolution = 0.1 };

    private static Mixture Two()
    {
        var mixture = new Mixture(2);
        double[] weights = [0.7, 0.3];
        double[] means = [-0.4, 1];
        double[] scales = [0.6, 1.5];
        weights.CopyTo(mixture.Weights, 0);
        means.CopyTo(mixture.Means, 0);
        scales.CopyTo(mixture.Scales, 0);
        return mixture;
    }
}
