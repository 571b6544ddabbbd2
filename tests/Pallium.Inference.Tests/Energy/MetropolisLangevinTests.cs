using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class MetropolisLangevinTests
{
    [Fact]
    public void Moments_of_a_correlated_gaussian_are_met_within_the_stated_error()
    {
        double[,] covariance = PlainDense.Square(3, (i, j) => i == j ? new[] { 4.0, 1.0, 0.25 }[i] : new[] { 0, 1.6, 0.5, 0.35 }[i + j]);
        double[] mean = [1, -2, 0.5];
        var mixture = new GaussianMixture(3, [0], [mean], [[.. covariance.Cast<double>()]]);
        var density = new MixtureDensity(mixture, [double.NaN, double.NaN, double.NaN]);

        // Starts that are too wide and off centre.
        Rng rng = new Rng(1).For("starts");
        double[][] starts = [.. Enumerable.Range(0, 64).Select(_ => mean.Select((m, i) => m + 1 + (2 * Math.Sqrt(covariance[i, i]) * rng.Normal())).ToArray())];
        LangevinResult result = MetropolisLangevin.Run(density, starts, new LangevinOptions { WarmUp = 200, Steps = 500 }, new Rng(2));
        double[][] draws = [.. result.Chains.SelectMany(chain => chain)];
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"acceptance {result.Acceptance:F3}, step {result.StepSize:F3}, worth {result.EffectiveSampleSizes.Min():F0} of {draws.Length}, R {result.ScaleReductions.Max():F4}");
        Assert.InRange(result.Acceptance, 0.5, 0.65);
        Assert.All(result.ScaleReductions, r => Assert.InRange(r, 0.99, 1.05));
        for (int i = 0; i < 3; i++)
        {
            Assert.InRange((draws.Average(x => x[i]) - mean[i]) / result.StandardErrors[i], -4, 4);
            Assert.InRange(result.EffectiveSampleSizes[i], 300, draws.Length);
            for (int j = 0; j <= i; j++)
            {
                double scale = Math.Sqrt(covariance[i, i] * covariance[j, j]);
                double found = draws.Average(x => (x[i] - mean[i]) * (x[j] - mean[j]));
                double error = 2 / Math.Sqrt(Math.Min(result.EffectiveSampleSizes[i], result.EffectiveSampleSizes[j]));
                Assert.InRange((found - covariance[i, j]) / scale, -3 * error, 3 * error);
            }
        }
    }

    [Fact]
    public void Refined_draws_of_a_known_mixture_are_not_told_from_true_ones_where_the_proposals_are()
    {
        KnownMixture truth = KnownMixture.Draw(1, 8, 3);
        double[] row = [.. truth.Sample(1, new Rng(4).For("clamped"))[0].Select((x, c) => c is 0 or 3 or 5 ? x : double.NaN)];
        double[][] trueDraws = truth.Condition(row).Others.Sample(1000, new Rng(1).For("truth"));
        (double[][] proposals, double[][] refined, LangevinResult run) = Refined(truth, row, 1000);
        double before = TwoSampleClassifier.Accuracy(proposals[..300], trueDraws[..300]);
        double after = TwoSampleClassifier.Accuracy(refined, trueDraws);
        TestContext.Current.TestOutputHelper!.WriteLine($"accuracy {before:F3} before, {after:F3} after; acceptance {run.Acceptance:F3}");
        Assert.True(before > 0.6, $"{before}: nothing to refine");
        Assert.True(after <= 0.55, $"{after}");
    }

    [Fact]
    public void A_wall_is_never_crossed()
    {
        Rng rng = new Rng(5).For("starts");
        double[][] starts = [.. Enumerable.Range(0, 32).Select(_ => new[] { Math.Abs(rng.Normal()) })];
        LangevinResult result = MetropolisLangevin.Run(new HalfNormal(), starts, new LangevinOptions { WarmUp = 200, Steps = 1000 }, new Rng(3));
        double[] draws = [.. result.Chains.SelectMany(chain => chain.Select(x => x[0]))];
        Assert.True(draws.Min() >= 0);
        Assert.Equal(Math.Sqrt(2 / Math.PI), draws.Average(), 4 * result.StandardErrors[0]);
        Assert.Throws<ArgumentException>(() => MetropolisLangevin.Run(new HalfNormal(), [[-1], [1]], new LangevinOptions(), new Rng(3)));
    }

    [Fact]
    public void The_same_stream_gives_the_same_bits_and_another_one_others()
    {
        double[] First(ulong seed) => MetropolisLangevin.Run(new HalfNormal(), [[1.0], [2.0]], new LangevinOptions { WarmUp = 5, Steps = 5 }, new Rng(seed)).Chains[1][4];
        Assert.Equal(First(1), First(1));
        Assert.NotEqual(First(1), First(2));
    }

    [Fact]
    public void The_gradient_of_a_mixture_with_clamped_cells_is_its_slope()
    {
        KnownMixture truth = KnownMixture.Draw(2, 5, 3);
        var density = new MixtureDensity(truth.Ours(), [0.5, double.NaN, double.NaN, -0.5, double.NaN]);
        double[] x = [0.1, 0.2, -0.3];
        var gradient = new double[3];
        density.LogDensity(x, gradient);
        for (int i = 0; i < 3; i++)
        {
            double At(double h) => density.LogDensity([.. x.Select((v, c) => c == i ? v + h : v)], new double[3]);
            Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, gradient[i], 1e-6 * (1 + Math.Abs(gradient[i])));
        }
    }

    /// <summary>The proposal knows one Gaussian of the true moments; its draws are resampled by weight and refined, one draw a chain.</summary>
    private static (double[][] Proposals, double[][] Refined, LangevinResult Run) Refined(KnownMixture truth, double[] row, int count)
    {
        var moments = new MixtureMoments(8);
        foreach (double[] x in truth.Sample(5000, new Rng(6).For("moments")))
        {
            moments.Add(1, x);
        }

        (double[] mean, double[] covariance) = moments.Normal(5000, 0);
        var proposal = new GaussianMixture(8, [0], [mean], [covariance]);
        int[] free = [.. Enumerable.Range(0, 8).Where(c => double.IsNaN(row[c]))];
        var clamped = proposal.Copy();
        for (int c = 0; c < 8; c++)
        {
            if (!double.IsNaN(row[c]))
            {
                clamped.Clamp([.. Enumerable.Range(0, 8).Select(i => i == c ? 1.0 : 0)], row[c]);
            }
        }

        IntervalDraws drawn = new IntervalSampler(clamped, [], []).Draw(20 * count, new Rng(7).For("proposal"));
        double[][] proposals = [.. drawn.Rows.Select(x => free.Select(c => x[c]).ToArray())];
        var density = new MixtureDensity(truth.Ours(), row);
        var own = new MixtureDensity(proposal, row);
        var slope = new double[free.Length];
        double[] weights = [.. proposals.Select(x => density.LogDensity(x, slope) - own.LogDensity(x, slope))];
        double[][] resampled = new IntervalDraws(proposals, weights, 0).Equal(new Rng(7).For("resampling"));
        double[][] starts = [.. Enumerable.Range(0, count).Select(i => resampled[20 * i])];
        LangevinResult run = MetropolisLangevin.Run(density, starts, new LangevinOptions { WarmUp = 100, Steps = 50 }, new Rng(8));
        return ([.. proposals.Take(count)], [.. run.Chains.Select(chain => chain[^1])], run);
    }

    private sealed class HalfNormal : IDifferentiableDensity
    {
        public int Dimension => 1;

        public double LogDensity(ReadOnlySpan<double> x, Span<double> gradient)
        {
            gradient[0] = -x[0];
            return x[0] < 0 ? double.NegativeInfinity : -0.5 * x[0] * x[0];
        }
    }
}
