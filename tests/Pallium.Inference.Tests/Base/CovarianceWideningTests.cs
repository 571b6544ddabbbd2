namespace Pallium.Inference.Tests;

public sealed class CovarianceWideningTests
{
    private static readonly double[] Covariance = [1, 0.9, 0.3, 0.9, 1, 0.4, 0.3, 0.4, 2];

    [Fact]
    public void Each_coordinate_given_the_others_gets_the_wanted_variance_and_keeps_its_own()
    {
        double[] widened = CovarianceWidening.Widen(Covariance, 3, [1, 1, 1], [1.5, 1.5, 1.1]);
        var before = new OthersRegression(Covariance, 3);
        var after = new OthersRegression(widened, 3);
        double[] factors = [1.5, 1.5, 1.1];
        for (int j = 0; j < 3; j++)
        {
            Assert.Equal(Covariance[j * 4], widened[j * 4], 1e-12);

            Assert.InRange(after.Variance(j) / before.Variance(j), 0.97 * factors[j], 1.03 * factors[j]);
        }
    }

    [Fact]
    public void Factors_near_one_change_nothing() =>
        Assert.Equal(Covariance, CovarianceWidening.Widen(Covariance, 3, [1, 1.01, 1], [1.01, 1, 1.02]));

    [Fact]
    public void Larger_errors_alone_scale_the_coordinate()
    {
        double[] widened = CovarianceWidening.Widen(Covariance, 3, [4, 1, 1], [4, 1, 1]);
        Assert.Equal(4, widened[0], 1e-9);
        Assert.Equal(1.8, widened[1], 1e-9);
    }
}
