using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class GaussianPosteriorTests
{
    private static readonly Channel Real = new("x", ChannelKind.Real) { Resolution = 0.1 };

    [Fact]
    public void A_normal_cell_has_normal_quantiles_and_masses()
    {
        var cell = new GaussianPosterior(Real, 3, 4);
        Assert.Equal(3, cell.Median);
        Assert.Equal(3 + (2 * 1.2815515655446004), cell.Quantile(0.9), 1e-14);
        Assert.Equal(0.9, cell.Cdf(cell.Quantile(0.9)), 1e-15);
        Assert.Equal(Math.Log(cell.Cdf(4.05) - cell.Cdf(3.95)), cell.LogProbability(4), 1e-12);
        Assert.Equal(0, cell.LogProbability(double.NaN));
        Assert.Empty(cell.Outcomes);
    }

    [Fact]
    public void A_known_cell_is_one_value()
    {
        var cell = new GaussianPosterior(Real, 3, 0);
        Assert.Equal(new Interval(3, 3), cell.Interval(0.9));
        Assert.Equal([0, 1], [cell.Cdf(2.99), cell.Cdf(3)]);
        Assert.Equal([0, double.NegativeInfinity], [cell.LogProbability(3), cell.LogProbability(3.2)]);
    }

    [Fact]
    public void The_mean_of_a_binary_cell_is_the_probability_of_one()
    {
        var cell = new GaussianPosterior(new Channel("on", ChannelKind.Binary) { Categories = ["no", "yes"] }, 0.7, 0.1);
        Assert.Equal([new("yes", 0.7), new("no", 1 - 0.7)], cell.Outcomes);
        Assert.Equal(1, new GaussianPosterior(new Channel("on", ChannelKind.Binary), 1.2, 0.1).Outcomes[0].Probability);
    }

    [Theory]
    [InlineData(0.8, 0.6)]
    [InlineData(-0.8, 0.6)]
    [InlineData(0.05, 1.0)]
    [InlineData(2.0, 0.01)]
    public void A_cell_beside_a_bounded_form_has_the_distribution_that_a_fine_sum_gives(double loading, double rest)
    {
        var z = new TruncatedNormal(0.3, 1.7);
        var cell = new TruncatedGaussianPosterior(Real, 1, loading, rest, z);
        foreach (double x in new[] { 0.2, 1.0, 1.7, 2.4 })
        {
            Assert.Equal(FineSum(at => Elementary.NormalCdf((x - 1 - (loading * at)) / rest)), cell.Cdf(x), 1e-7);
        }

        Assert.Equal(FineSum(at => 1 + (loading * at)), cell.Mean, 1e-9);
        Assert.Equal(0.3, cell.Cdf(cell.Quantile(0.3)), 1e-11);
        Assert.Equal(Math.Log(cell.Cdf(1.75) - cell.Cdf(1.65)), cell.LogProbability(1.7), 1e-9);
    }

    [Fact]
    public void The_bounded_cell_itself_stays_within_its_bounds()
    {
        var cell = new TruncatedGaussianPosterior(Real, 1, -2, 0, new TruncatedNormal(1, 2));
        Assert.Equal([0, 1], [cell.Cdf(-3), cell.Cdf(-1)]);
        Assert.Equal(0.25, cell.Cdf(cell.Quantile(0.25)), 1e-12);
        Assert.Equal(Math.Log(cell.Cdf(-1.95) - cell.Cdf(-2.05)), cell.LogProbability(-2), 1e-10);
        Assert.Equal(double.NegativeInfinity, cell.LogProbability(0));
    }

    /// <summary>Expectation over z in 0.3..1.7 by the midpoint rule.</summary>
    private static double FineSum(Func<double, double> function)
    {
        const int Steps = 200000;
        double sum = 0;
        double weight = 0;
        for (int i = 0; i < Steps; i++)
        {
            double at = 0.3 + (1.4 * (i + 0.5) / Steps);
            double density = Math.Exp(-0.5 * at * at);
            weight += density;
            sum += density * function(at);
        }

        return sum / weight;
    }
}
