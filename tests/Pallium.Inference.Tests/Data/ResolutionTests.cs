using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ResolutionTests
{
    [Fact]
    public void The_step_of_rounded_numbers_is_found()
    {
        Gen<(int Multiplier, int Digits, int Seed, int Offset)> grids =
            from multiplier in Gen.Elements(4, 8, 10, 20)
            from digits in Gen.Choose(-3, 6)
            from seed in Gen.Choose(0, 1_000_000)
            from offset in Gen.Choose(-2000, 2000)
            select (multiplier, digits, seed, offset);

        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300).WithReplay(19, 23), Prop.ForAll(grids.ToArbitrary(), grid =>
        {
            decimal step = grid.Multiplier * 0.25m * (grid.Digits >= 0 ? 1m / (decimal)Power(grid.Digits) : (decimal)Power(-grid.Digits));
            var rng = new Rng((ulong)grid.Seed);
            double[] values = [.. Enumerable.Range(0, 400).Select(_ => (double)((grid.Offset + rng.Below(300)) * step))];
            Assert.Equal((double)step, Resolution.Find(values));
        }));
    }

    [Fact]
    public void Single_precision_does_not_hide_the_step()
    {
        var rng = new Rng(5);
        double[] values = [.. Enumerable.Range(0, 500).Select(_ => (double)(float)(rng.Below(30_000) * 0.001))];

        Assert.Equal(0.001, Resolution.Find(values));
    }

    [Fact]
    public void A_converter_of_few_bits_gives_its_own_step()
    {
        const double Volt = 3.3 / 1024;
        var rng = new Rng(6);
        double[] values = [.. Enumerable.Range(0, 2000).Select(_ => Volt * rng.Below(1024))];

        Assert.Equal(Volt, Resolution.Find(values), 12);
    }

    [Fact]
    public void Zeros_and_the_commonest_value_say_nothing()
    {
        double[] values = [.. Enumerable.Repeat(0.0, 900), .. Enumerable.Repeat(20.0, 900), .. Enumerable.Range(1, 20).Select(i => i * 0.3)];

        Assert.Equal(0.1, Resolution.Find(values));
    }

    [Fact]
    public void The_commonest_value_must_be_on_the_grid()
    {
        double[] values = [.. Enumerable.Repeat(3.5, 50), .. Enumerable.Repeat(7.0, 50)];

        Assert.Equal(0.5, Resolution.Find(values));
    }

    [Fact]
    public void One_value_in_two_hundred_may_be_off()
    {
        double[] values = [.. Enumerable.Range(0, 199).Select(i => 0.5 * i), Math.PI];

        Assert.Equal(0.5, Resolution.Find(values));
    }

    [Fact]
    public void Continuous_values_get_a_tiny_step()
    {
        var rng = new Rng(8);
        double[] values = [.. Enumerable.Range(0, 1000).Select(_ => rng.Uniform() * 8)];

        Assert.Equal(1e-12, Resolution.Find(values));
    }

    [Theory]
    [InlineData(1e-300)]
    [InlineData(5e-324)]
    [InlineData(0)]
    [InlineData(double.NaN)]
    public void Degenerate_values_give_a_positive_step(double value) => Assert.InRange(Resolution.Find([value, value, 0]), 1e-120, 1e100);

    [Fact]
    public void Extreme_values_give_a_positive_finite_step()
    {
        Assert.InRange(Resolution.Find([1e100, -3e-99, 7.1]), 1e80, 1e100);
        Assert.InRange(Resolution.Find([1e-99, 3.7e-99, 2e-99]), 1e-112, 1e-99);
    }

    private static long Power(int digits) => digits == 0 ? 1 : 10 * Power(digits - 1);
}
