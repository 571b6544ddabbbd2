using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class GaussianMaximizationTests
{
    private const int D = 4;
    private static readonly double[] Truth = [1, 0.8, -0.3, 0.1, 0.8, 2, 0.2, 0.5, -0.3, 0.2, 0.7, 0.1, 0.1, 0.5, 0.1, 1.5];

    [Fact]
    public void A_Gaussian_is_recovered_from_rows_with_a_third_of_their_cells_missing()
    {
        double[] rows = Draw(20000);
        var rng = new Rng(5);
        for (int i = 0; i < rows.Length; i++)
        {
            rows[i] = rng.Uniform() < 0.33 ? double.NaN : rows[i] + (i % D);
        }

        double[] mean = new double[D];
        double[] covariance = new double[D * D];
        GaussianMaximization.Fit(rows, D, mean, covariance, fixedMean: false);
        for (int j = 0; j < D; j++)
        {
            Assert.Equal(j, mean[j], 0.05);
        }

        for (int i = 0; i < D * D; i++)
        {
            Assert.Equal(Truth[i], covariance[i], 0.06);
        }
    }

    [Fact]
    public void Cells_missing_by_what_is_seen_do_not_bias_the_fit()
    {
        // The second coordinate is hidden where the first is high: the mean of the seen cells alone is far off.
        double[] rows = Draw(20000);
        double seen = 0;
        int count = 0;
        for (int i = 0; i < rows.Length; i += D)
        {
            if (rows[i] > 0.3)
            {
                rows[i + 1] = double.NaN;
            }
            else
            {
                seen += rows[i + 1];
                count++;
            }
        }

        double[] mean = new double[D];
        double[] covariance = new double[D * D];
        GaussianMaximization.Fit(rows, D, mean, covariance, fixedMean: false);
        Assert.True(seen / count < -0.3);
        Assert.Equal(0, mean[1], 0.05);
        Assert.Equal(2, covariance[D + 1], 0.1);
    }

    [Fact]
    public void Without_holes_it_is_the_sample_covariance()
    {
        double[] rows = Draw(1000);
        double[] mean = new double[D];
        double[] covariance = new double[D * D];
        GaussianMaximization.Fit(rows, D, mean, covariance, fixedMean: true);
        double sum = 0;
        for (int i = 0; i < rows.Length; i += D)
        {
            sum += rows[i] * rows[i + 1];
        }

        Assert.Equal(0, mean[0]);
        Assert.Equal(sum / 1000 * (1000 / 1000.1), covariance[1], 1e-12);
    }

    [Fact]
    public void Empty_constant_and_never_seen_coordinates_give_a_usable_covariance()
    {
        double[] rows = new double[300];
        for (int i = 0; i < 100; i++)
        {
            rows[(3 * i) + 1] = double.NaN;
            rows[(3 * i) + 2] = i % 7 == 0 ? double.NaN : i % 5;
        }

        double[] covariance = new double[9];
        GaussianMaximization.Fit(rows, 3, new double[3], covariance, fixedMean: true);
        Assert.All(covariance, entry => Assert.True(double.IsFinite(entry)));
        Assert.True(covariance[0] > 0 && covariance[4] > 0 && covariance[8] > 0);
    }

    private static double[] Draw(int count)
    {
        double[] factor = (double[])Truth.Clone();
        Assert.True(Cholesky.TryFactor(factor, D));
        double[] rows = new double[count * D];
        double[] normal = new double[D];
        var rng = new Rng(4);
        for (int i = 0; i < count; i++)
        {
            rng.Normal<double>(normal, 1);
            for (int a = 0; a < D; a++)
            {
                for (int b = 0; b <= a; b++)
                {
                    rows[(i * D) + a] += factor[(a * D) + b] * normal[b];
                }
            }
        }

        return rows;
    }
}
