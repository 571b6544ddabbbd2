using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class TruncatedNormalTests
{
    [Theory]
    [InlineData(-1, 2)]
    [InlineData(0.5, 0.6)]
    [InlineData(double.NegativeInfinity, -1)]
    [InlineData(2, double.PositiveInfinity)]
    [InlineData(-8, 8)]
    public void Moments_are_those_of_the_density(double low, double high)
    {
        var z = new TruncatedNormal(low, high);
        double mass = Elementary.Exp(NormalInterval.LogMass(low, high));
        double Density(double x) => double.IsInfinity(x) ? 0 : Elementary.Exp(NormalInterval.LogDensity(x)) / mass;
        double Times(double x) => double.IsInfinity(x) ? 0 : x * Density(x);
        double mean = Density(low) - Density(high);
        Assert.Equal(mean, z.Mean, 1e-12);
        Assert.Equal(1 + Times(low) - Times(high) - (mean * mean), z.Variance, 1e-10);
        Assert.Equal(Math.Log(mass), z.LogMass, 1e-12);
    }

    [Fact]
    public void Far_out_nothing_cancels()
    {
        // For z > a the excess is nearly exponential of rate a: mean a + 1/a - 2/a³ + 10/a⁵ - 74/a⁷, variance 1/a² - 6/a⁴ + 50/a⁶.
        const double A = 40;
        var z = new TruncatedNormal(A, double.PositiveInfinity);
        Assert.Equal(1 - (2 / Math.Pow(A, 2)) + (10 / Math.Pow(A, 4)) - (74 / Math.Pow(A, 6)), (z.Mean - A) * A, 1e-9);
        Assert.Equal(1 - (6 / Math.Pow(A, 2)) + (50 / Math.Pow(A, 4)), z.Variance * A * A, 2e-7);
        var narrow = new TruncatedNormal(-A - 1e-6, -A);
        Assert.Equal(-A - 0.5e-6, narrow.Mean, 1e-10);
        Assert.Equal(1, narrow.Variance / (1e-12 / 12), 1e-4);
    }

    [Theory]
    [InlineData(-1, 2)]
    [InlineData(6, double.PositiveInfinity)]
    [InlineData(double.NegativeInfinity, -30)]
    public void Quantiles_undo_the_distribution_function(double low, double high)
    {
        var z = new TruncatedNormal(low, high);
        foreach (double p in new[] { 0.001, 0.2, 0.5, 0.9, 0.999 })
        {
            double x = z.Quantile(p);
            Assert.InRange(x, low, high);
            Assert.Equal(p, z.Cdf(x), 1e-10);
        }

        Assert.Equal(0, z.Cdf(low));
        Assert.Equal(1, z.Cdf(high));
    }
}
