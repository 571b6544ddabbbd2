using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class LinearDynamicsTests
{
    private const int D = 3;
    private static readonly double[] Marginal = [2, 0.5, 0.2, 0.5, 1, -0.3, 0.2, -0.3, 1.5];
    private static readonly double[] Innovation = [0.4, 0.1, 0, 0.1, 0.5, 0.05, 0, 0.05, 0.3];

    [Theory]
    [InlineData(1)]
    [InlineData(0.3)]
    [InlineData(7)]
    public void What_was_never_observed_stays_at_the_marginal(double elapsed)
    {
        var dynamics = new LinearDynamics(D, Marginal, Innovation);
        double[] covariance = (double[])Marginal.Clone();
        dynamics.Decay(elapsed, covariance, new double[2 * D * D]);
        for (int i = 0; i < D * D; i++)
        {
            Assert.Equal(Marginal[i], covariance[i], 1e-8);
        }
    }

    [Fact]
    public void Powers_add_up()
    {
        var dynamics = new LinearDynamics(D, Marginal, Innovation);
        double[] whole = new double[D * D];
        double[] part = new double[D * D];
        double[] product = new double[D * D];
        dynamics.Power(2.5, whole);
        dynamics.Power(1.25, part);
        MatrixProduct.Accumulate<double>(D, D, D, part, D, part, D, product, D);
        for (int i = 0; i < D * D; i++)
        {
            Assert.Equal(whole[i], product[i], 1e-10);
        }
    }

    [Fact]
    public void After_one_step_the_spread_is_the_innovation_and_in_the_end_the_marginal()
    {
        var dynamics = new LinearDynamics(D, Marginal, Innovation);
        double[] spread = new double[D * D];
        dynamics.Spread(1, spread);
        Assert.Equal(Innovation, spread);
        dynamics.Spread(1 + 1e-9, spread);
        Assert.Equal(Innovation[0], spread[0], 1e-6);
        dynamics.Spread(1e9, spread);
        for (int i = 0; i < D * D; i++)
        {
            Assert.Equal(Marginal[i], spread[i], 1e-8);
        }
    }

    [Fact]
    public void For_independent_autoregressions_a_step_is_their_coefficients()
    {
        double[] a = [0.9, 0.5, 0.1];
        double[] innovation = new double[D * D];
        double[] marginal = new double[D * D];
        for (int i = 0; i < D; i++)
        {
            innovation[(i * D) + i] = 1;
            marginal[(i * D) + i] = 1 / (1 - (a[i] * a[i]));
        }

        var dynamics = new LinearDynamics(D, marginal, innovation);
        for (int i = 0; i < D; i++)
        {
            for (int j = 0; j < D; j++)
            {
                Assert.Equal(i == j ? a[i] : 0, dynamics.Step(i, j), 1e-7);
            }

            Assert.Equal(marginal[(i * D) + i] * (1 - Math.Pow(a[i], 6)), dynamics.PathVariance(i, 3), 1e-6);
        }
    }

    [Fact]
    public void Innovations_wider_than_the_marginal_forget_at_once()
    {
        var dynamics = new LinearDynamics(2, [1, 0, 0, 1], [1.2, 0, 0, 0.5]);
        Assert.Equal(0, dynamics.Step(0, 0), 1e-12);
        Assert.Equal(Math.Sqrt(0.5), dynamics.Step(1, 1), 1e-8);
    }
}
