namespace Pallium.Learning.Tests;

public sealed class NormalIntervalTests
{
    // Relative error of the mass itself, which log turns into an absolute one.
    private const double Tolerance = 1e-9;

    [Theory]
    [InlineData(-0.5, 0.5, -0.95991633369562)]
    [InlineData(1, 1.0001, -10.62932890643138)]
    [InlineData(5, 6, -15.06844609652945)]
    [InlineData(-40, -39, -765.08315656437754)]
    [InlineData(double.NegativeInfinity, double.PositiveInfinity, 0.0)]
    public void Masses_match_reference_values(double a, double b, double expected) =>
        Assert.True(Math.Abs(NormalInterval.LogMass(a, b) - expected) < 1e-8 * (1 + Math.Abs(expected)), $"{NormalInterval.LogMass(a, b)}");

    [Fact]
    public void The_narrow_and_the_wide_form_meet()
    {
        foreach (double middle in new[] { 0.0, 0.7, -2, 5, -9 })
        {
            double half = 0.0005 / (1 + Math.Abs(middle));
            double narrow = NormalInterval.LogMass(middle - (half * 0.9999), middle + (half * 0.9999));
            double wide = NormalInterval.LogMass(middle - (half * 1.0001), middle + (half * 1.0001));
            double expected = Math.Log(1.0001 / 0.9999);
            Assert.True(Math.Abs(wide - narrow - expected) < 1e-9, $"at {middle}: {wide - narrow} for {expected}");
        }
    }

    [Fact]
    public void Both_tails_give_the_same_mass()
    {
        for (double a = 0.1; a < 30; a += 0.7)
        {
            Assert.True(Math.Abs(NormalInterval.LogMass(a, a + 0.8) - NormalInterval.LogMass(-a - 0.8, -a)) <= Tolerance);
        }
    }
}
