using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class MixtureTests
{
    private static Mixture Three()
    {
        var mixture = new Mixture(3);
        double[] weights = [0.5, 0.3, 0.2];
        double[] means = [-1, 0.5, 4];
        double[] scales = [0.5, 2, 0.1];
        weights.CopyTo(mixture.Weights, 0);
        means.CopyTo(mixture.Means, 0);
        scales.CopyTo(mixture.Scales, 0);
        return mixture;
    }

    [Fact]
    public void Quantiles_invert_the_distribution_function()
    {
        Mixture mixture = Three();
        for (double p = 0.001; p < 1; p += 0.0037)
        {
            Assert.Equal(p, mixture.Cdf(mixture.Quantile(p)), 1e-10);
        }
    }

    [Fact]
    public void Masses_of_adjoining_intervals_add_up_to_one()
    {
        Mixture mixture = Three();
        double sum = Math.Exp(mixture.LogMass(double.NegativeInfinity, -8)) + Math.Exp(mixture.LogMass(8, double.PositiveInfinity));
        for (int i = -800; i < 800; i++)
        {
            sum += Math.Exp(mixture.LogMass(i / 100.0, (i + 1) / 100.0));
        }

        Assert.Equal(1, sum, 1e-12);
    }

    [Fact]
    public void Expectations_are_those_of_numeric_integration()
    {
        Mixture mixture = Three();
        Assert.Equal(mixture.Mean, mixture.Expect(z => z), 1e-12);
        foreach (Func<double, double> function in new Func<double, double>[] { z => z * z, Math.Abs, z => Math.Log(1 + Math.Exp(z)) })
        {
            double sum = 0;
            const double Step = 1e-3;
            for (double z = -25; z < 25; z += Step)
            {
                sum += function(z + (Step / 2)) * Math.Exp(mixture.LogMass(z, z + Step));
            }

            // |z| has a corner, which the trapezoid rule feels.
            Assert.Equal(sum, mixture.Expect(function), 1e-2 * Math.Abs(sum));
        }
    }

    [Fact]
    public void Draws_have_the_mixture_s_distribution_and_mirrored_ones_lie_opposite()
    {
        Mixture mixture = Three();
        var root = new Rng(3);
        double[] ranks = new double[2000];
        for (int i = 0; i < ranks.Length; i++)
        {
            Rng rng = root.For(i);
            Rng copy = rng;
            double draw = mixture.Sample(ref rng, mirrored: false);
            double opposite = mixture.Sample(ref copy, mirrored: true);
            Assert.Contains(mixture.Means, mean => Math.Abs(draw + opposite - (2 * mean)) < 1e-9);
            ranks[i] = mixture.Cdf(draw);
        }

        Array.Sort(ranks);
        Assert.InRange(ranks.Select((rank, i) => Math.Abs(rank - ((i + 0.5) / ranks.Length))).Max(), 0, 1.63 / Math.Sqrt(ranks.Length));
    }
}
