namespace Pallium.Inference.Tests;

public sealed class MarginalRegressionTests
{
    private static readonly double[] Covariance = [2, 0.5, 0.2, 0.7, 0.5, 1, -0.3, 0.1, 0.2, -0.3, 1.5, 0.4, 0.7, 0.1, 0.4, 1];

    [Fact]
    public void Means_and_variances_are_those_of_clamping_the_known_ones()
    {
        var slice = new SliceGaussian(4);
        Covariance.CopyTo(slice.PriorCovarianceStore, 0);
        slice.Begin(SliceKnowledge.Features);
        slice.Clamp(1, 0.3);
        slice.Clamp(3, -1);
        var regression = new MarginalRegression(Covariance, 4, [1, 3], [0, 2], new double[MarginalRegression.ScratchSize(4)]);
        double[] deviations = [double.NaN, 0.3, double.NaN, -1];
        Assert.Equal(slice.Mean[0], regression.Mean(0, deviations), 1e-8);
        Assert.Equal(slice.Mean[2], regression.Mean(1, deviations), 1e-8);
        Assert.Equal(slice.Variance(0), regression.Variance(0), 1e-8);
        Assert.Equal(slice.Variance(2), regression.Variance(1), 1e-8);
    }

    [Fact]
    public void Completing_the_known_block_of_a_covariance_gives_it_back()
    {
        double[] covariance = (double[])Covariance.Clone();
        foreach (int unknown in new[] { 0, 2 })
        {
            for (int i = 0; i < 4; i++)
            {
                covariance[(unknown * 4) + i] = covariance[(i * 4) + unknown] = double.NaN;
            }
        }

        var regression = new MarginalRegression(Covariance, 4, [1, 3], [0, 2], new double[MarginalRegression.ScratchSize(4)]);
        regression.Complete(covariance, 4);
        for (int i = 0; i < 16; i++)
        {
            Assert.Equal(Covariance[i], covariance[i], 1e-8);
        }
    }

    [Fact]
    public void With_nothing_known_it_is_the_marginal()
    {
        var regression = new MarginalRegression(Covariance, 4, [], [0, 1, 2, 3], new double[MarginalRegression.ScratchSize(4)]);
        Assert.Equal(0, regression.Mean(2, [1, 1, 1, 1]));
        Assert.Equal(1.5, regression.Variance(2));
    }
}
