using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class IntervalSamplerTests
{
    private static readonly Channel[] Columns = [new("x", ChannelKind.Real), new("y", ChannelKind.Real)];

    [Fact]
    public void One_interval_needs_no_weights_and_its_probability_is_exact()
    {
        IntervalDraws draws = new IntervalSampler(Pair(0.8), [Form(0, 1, 2)], Columns).Draw(4000, new Rng(1));
        Assert.Equal(4000, draws.EffectiveSampleSize, 1e-6);
        Assert.Equal(Math.Log(Elementary.NormalCdf(2) - Elementary.NormalCdf(1)), draws.LogEvidence, 1e-12);
        Assert.All(draws.Rows, row => Assert.InRange(row[0], 1, 2));

        // E[y] = ρ·E[x], E[x] = (φ(1) - φ(2))/(Φ(2) - Φ(1)).
        double mean = (Math.Exp(-0.5) - Math.Exp(-2)) / Math.Sqrt(2 * Math.PI) / (Elementary.NormalCdf(2) - Elementary.NormalCdf(1));
        Assert.Equal(mean, draws.Rows.Average(row => row[0]), 0.02);
        Assert.Equal(0.8 * mean, draws.Rows.Average(row => row[1]), 0.04);
    }

    [Fact]
    public void The_probability_of_a_quadrant_is_the_orthant_formula()
    {
        // P(x > 0, y > 0) = 1/4 + asin(ρ)/(2π).
        IntervalDraws draws = new IntervalSampler(Pair(-0.6), [Form(0, 0, double.PositiveInfinity), Form(1, 0, double.PositiveInfinity)], Columns).Draw(20_000, new Rng(2));
        Assert.Equal(0.25 + (Math.Asin(-0.6) / (2 * Math.PI)), Math.Exp(draws.LogEvidence), 0.002);
        Assert.All(draws.Equal(new Rng(3)), row => Assert.True(row[0] >= 0 && row[1] >= 0));
    }

    [Fact]
    public void Forty_deviations_out_it_still_draws_inside()
    {
        IntervalDraws draws = new IntervalSampler(Pair(0), [Form(0, 40, 41)], Columns).Draw(200, new Rng(4));
        Assert.All(draws.Rows, row => Assert.InRange(row[0], 40, 40.5));
        Assert.InRange(draws.Rows.Average(row => row[0]), 40.01, 40.05);
    }

    [Fact]
    public void A_sum_may_lie_in_an_interval_too()
    {
        var sum = new TableForm([1, 1], 3, 3.5, 0, Clamp.Between(new(0, 1), 3, 3.5));
        IntervalDraws draws = new IntervalSampler(Pair(0.5), [sum], Columns).Draw(1000, new Rng(5));
        Assert.All(draws.Rows, row => Assert.InRange(row[0] + row[1], 3 - 1e-9, 3.5 + 1e-9));
        Assert.Equal(draws.Rows.Average(row => row[0]), draws.Rows.Average(row => row[1]), 0.1);
    }

    private static GaussianMixture Pair(double correlation) => new(2, [0], [[0, 0]], [[1, correlation, correlation, 1]]);

    private static TableForm Form(int cell, double low, double high) =>
        new([.. Enumerable.Range(0, 2).Select(i => i == cell ? 1.0 : 0)], low, high, 0, Clamp.Between(new(cell, 1), low, high));
}
