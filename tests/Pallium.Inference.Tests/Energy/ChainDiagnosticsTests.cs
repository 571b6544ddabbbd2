using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ChainDiagnosticsTests
{
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.6)]
    [InlineData(0.9)]
    public void The_worth_of_an_autoregression_is_its_closed_form(double phi)
    {
        // ESS/n of an AR(1) is (1 - φ)/(1 + φ).
        double[][] chains = [.. Enumerable.Range(0, 16).Select(c => Autoregression(phi, 4000, new Rng(1).For(c)))];
        (double worth, double error, double reduction) = ChainDiagnostics.Of(chains);
        Assert.Equal((1 - phi) / (1 + phi), worth / (16 * 4000), 0.12 * (1 - phi) / (1 + phi));
        Assert.Equal(1, reduction, 0.01);
        Assert.InRange(chains.Average(chain => chain.Average()) / error, -4, 4);
    }

    [Fact]
    public void Chains_that_do_not_meet_are_worth_about_their_number()
    {
        double[][] chains = [.. Enumerable.Range(0, 8).Select(c => Autoregression(0, 500, new Rng(2).For(c)).Select(x => x + (10 * c)).ToArray())];
        (double worth, _, double reduction) = ChainDiagnostics.Of(chains);
        Assert.InRange(worth, 1, 16);
        Assert.True(reduction > 3);
    }

    [Fact]
    public void A_chain_that_stands_still_has_no_error() => Assert.Equal((20, 0, 1), ChainDiagnostics.Of([[.. Enumerable.Repeat(3.0, 20)]]));

    private static double[] Autoregression(double phi, int length, Rng rng)
    {
        var chain = new double[length];
        double x = rng.Normal();
        for (int t = 0; t < length; t++)
        {
            x = (phi * x) + (Math.Sqrt(1 - (phi * phi)) * rng.Normal());
            chain[t] = x;
        }

        return chain;
    }
}
