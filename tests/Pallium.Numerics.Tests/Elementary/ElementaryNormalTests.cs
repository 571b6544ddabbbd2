namespace Pallium.Numerics.Tests;

public sealed class ElementaryNormalTests
{
    /// <summary>Bits that leave 200 right in 1 - erf(x) at x = 27.</summary>
    private const int TailBits = 1_400;

    /// <summary>From -1.3 to 26, an eighth apart in the long form.</summary>
    private static readonly double[] Points =
    [
        .. Enumerable.Range(0, 217).Where(i => i % 5 == 0 || LongForm.IsWanted).Select(i => (-10 + i) / 8.0 * 1.0078125),
        0.5, 0.49999999999999994, -0.0, 1e-20, 1e-300,
    ];

    [Fact]
    public void Erfc_is_right_to_four_ulp() =>
        Holds(4, "erfc", Elementary.Erfc, x => BigFloat.With(TailBits, () => Complement(x)), Points.Concat([-6, -3, -0.3]));

    [Fact]
    public void NormalCdf_is_right_to_four_ulp() =>
        Holds(4, "cdf", Elementary.NormalCdf, Cdf, Points.Select(x => -x * 1.42));

    [Fact]
    public void LogNormalCdf_is_right_to_four_ulp_from_minus_forty_to_five() =>
        Holds(4, "log cdf", Elementary.LogNormalCdf, x => BigFloat.With(TailBits, () => BigFloat.Log(Cdf(x))), Points.Select(x => 5 - x * 1.65));

    [Fact]
    public void LogNormalCdf_far_out_follows_its_asymptotic_series()
    {
        foreach (double x in new[] { -40.0, -100, -1e4, -1e8, -1e150 })
        {
            double series = (-0.5 * x * x) - Math.Log(-x * Math.Sqrt(2 * Math.PI)) - (1 / (x * x)) + (2.5 / Math.Pow(x, 4)) - (37.0 / 3 / Math.Pow(x, 6));
            Assert.Equal(series, Elementary.LogNormalCdf(x), 1e-12 * Math.Abs(series));
        }

        Assert.Equal(double.NegativeInfinity, Elementary.LogNormalCdf(double.NegativeInfinity));
        Assert.Equal(0, Elementary.LogNormalCdf(double.PositiveInfinity));
        Assert.True(double.IsNaN(Elementary.LogNormalCdf(double.NaN)));
    }

    [Fact]
    public void Edges_are_what_they_should_be()
    {
        Assert.Equal(2, Elementary.Erfc(double.NegativeInfinity));
        Assert.Equal(0, Elementary.Erfc(double.PositiveInfinity));
        Assert.Equal(1, Elementary.NormalCdf(double.PositiveInfinity));
        Assert.Equal(0, Elementary.NormalCdf(double.NegativeInfinity));
        Assert.True(double.IsNaN(Elementary.Erfc(double.NaN)) && double.IsNaN(Elementary.NormalCdf(double.NaN)));
        Assert.Equal(double.NegativeInfinity, Elementary.NormalQuantile(0));
        Assert.Equal(double.PositiveInfinity, Elementary.NormalQuantile(1));
        Assert.Equal(0, Elementary.NormalQuantile(0.5));
        Assert.True(double.IsNaN(Elementary.NormalQuantile(-0.1)) && double.IsNaN(Elementary.NormalQuantile(1.1)) && double.IsNaN(Elementary.NormalQuantile(double.NaN)));
    }

    [Fact]
    public void NormalQuantile_undoes_the_cdf()
    {
        for (double x = -38; x <= 5; x += 0.0625)
        {
            // What p's last place says about x is p·2^-53 over the density; above 0 that is all that can be asked.
            double p = Elementary.NormalCdf(x);
            double density = Math.Exp(-0.5 * x * x) / Math.Sqrt(2 * Math.PI);
            double place = Math.Max(p * 4.4e-16, double.Epsilon);
            Assert.Equal(x, Elementary.NormalQuantile(p), (1e-15 * Math.Abs(x)) + (density > 0 ? place / density : 1));
        }
    }

    private static BigFloat Cdf(double x) =>
        BigFloat.With(TailBits, () => BigFloat.Scale(Complement(-(x / BigFloat.Sqrt(2.0))), -1));

    private static BigFloat Complement(BigFloat x) => BigFloat.One - BigFloat.Erf(x);

    private static void Holds(double ulps, string name, Func<double, double> function, Func<double, BigFloat> truth, IEnumerable<double> inputs)
    {
        (double Ulps, double At) worst = (0, 0);
        foreach (double x in inputs)
        {
            double here = BigFloat.Ulps(function(x), truth(x));
            worst = here > worst.Ulps ? (here, x) : worst;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {worst.Ulps:F3} ulp at {worst.At:R}");
        Assert.True(worst.Ulps <= ulps, $"{name}: {worst.Ulps:F3} ulp at {worst.At:R}");
    }
}
