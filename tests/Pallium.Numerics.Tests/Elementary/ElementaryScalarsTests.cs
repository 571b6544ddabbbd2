namespace Pallium.Numerics.Tests;

public sealed class ElementaryScalarsTests
{
    private static readonly int Count = LongForm.IsWanted ? 30_000 : 1_000;

    private readonly System.Random _random = new(7);

    [Fact]
    public void Log1p_is_right_to_two_ulp()
    {
        Holds(2, Elementary.Log1p, x => Math.Abs(x) < 1e-30 ? x : BigFloat.Log(BigFloat.One + x), Magnitudes(-1000, 1000, x => x > -1));
        Assert.Equal(double.NegativeInfinity, Elementary.Log1p(-1));
        Assert.Equal(double.PositiveInfinity, Elementary.Log1p(double.PositiveInfinity));
        Assert.True(double.IsNaN(Elementary.Log1p(-1.5)) && double.IsNaN(Elementary.Log1p(double.NaN)));
    }

    [Fact]
    public void Expm1_is_right_to_two_ulp()
    {
        Holds(2, Elementary.Expm1, x => Math.Abs(x) < 1e-30 ? x : BigFloat.Exp(x) - BigFloat.One, Magnitudes(-1000, 9, x => x < 709).Concat(Even(-45, 45)));
        Assert.Equal(-1, Elementary.Expm1(double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, Elementary.Expm1(double.PositiveInfinity));
        Assert.True(double.IsNaN(Elementary.Expm1(double.NaN)));
    }

    [Fact]
    public void Sin_and_cos_are_right_to_one_ulp()
    {
        // Beside all magnitudes, numbers next to multiples of π/2, where the reduction has most to cancel.
        double[] inputs =
        [
            .. Magnitudes(-40, 40, _ => true), .. Even(-20, 20), 0, -0.0, 1e-300,
            .. Enumerable.Range(1, 400).Select(k => k * (Math.PI / 2)), .. Enumerable.Range(1, 400).Select(k => Math.Round(k * 1e9 / Math.PI * 2) * (Math.PI / 2)),
        ];
        Holds(1, Elementary.Sin, x => Math.Abs(x) < 1e-70 ? x : BigFloat.Sin(x), inputs);
        Holds(1, Elementary.Cos, x => Math.Abs(x) < 1e-70 ? 1 : BigFloat.Cos(x), inputs);
        Assert.True(double.IsNegative(Elementary.Sin(-0.0)));
        Assert.True(double.IsNaN(Elementary.Sin(double.PositiveInfinity)) && double.IsNaN(Elementary.Cos(double.NaN)) && double.IsNaN(Elementary.Sin(1e13)));
    }

    [Fact]
    public void Pow_is_right_to_one_ulp()
    {
        double worst = 0;
        for (int i = 0; i < Count; i++)
        {
            double x = i % 3 == 0 ? 0.9 + (0.2 * _random.NextDouble()) : Math.ScaleB(1 + _random.NextDouble(), _random.Next(-1074, 1023));
            double y = 744 / Math.Log(x) * ((2 * _random.NextDouble()) - 1);
            BigFloat truth = BigFloat.Exp(BigFloat.Log(x) * y);
            worst = Math.Max(worst, BigFloat.Ulps(Elementary.Pow(x, y), truth));
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"pow: {worst:F3} ulp");
        Assert.True(worst <= 1, $"{worst:F3} ulp");
    }

    [Fact]
    public void Pow_is_exact_where_the_power_is_a_double()
    {
        for (int n = 0; n <= 22; n++)
        {
            Assert.Equal(double.Parse($"1e{n}", System.Globalization.CultureInfo.InvariantCulture), Elementary.Pow(10, n));
        }

        for (int n = -1074; n < 1024; n++)
        {
            Assert.Equal(Math.ScaleB(1, n), Elementary.Pow(2, n));
        }

        Assert.Equal(-27, Elementary.Pow(-3, 3));
        Assert.Equal(1.5, Elementary.Pow(2.25, 0.5));
    }

    [Fact]
    public void Pow_has_the_special_cases_of_the_standard()
    {
        double[] values = [0, -0.0, 1, -1, 2, -2, 0.5, -0.5, 3, -3, 2.5, -2.5, double.PositiveInfinity, double.NegativeInfinity, double.NaN, 1e300, -1e300, 1e-300, 5e-324];
        foreach (double x in values)
        {
            foreach (double y in values)
            {
                double expected = Math.Pow(x, y);
                double found = Elementary.Pow(x, y);
                Assert.True(
                    expected.Equals(found) && double.IsNegative(expected) == double.IsNegative(found) || double.IsNaN(expected) && double.IsNaN(found)
                    || Math.Abs(expected - found) <= 1e-15 * Math.Abs(expected),
                    $"pow({x}, {y}) = {found}, not {expected}");
            }
        }
    }

    [Fact]
    public void LogAddExp_is_the_logarithm_of_the_sum()
    {
        foreach (double a in Even(-800, 800).Take(300))
        {
            double b = a + (60 * (_random.NextDouble() - 0.5));
            BigFloat truth = BigFloat.Log(BigFloat.Exp(a) + BigFloat.Exp(b));
            Assert.Equal(truth.ToDouble(), Elementary.LogAddExp(a, b), 4e-16 * Math.Max(1, Math.Abs(a)));
        }

        Assert.Equal(3, Elementary.LogAddExp(3, double.NegativeInfinity));
        Assert.Equal(double.NegativeInfinity, Elementary.LogAddExp(double.NegativeInfinity, double.NegativeInfinity));
        Assert.Equal(double.PositiveInfinity, Elementary.LogAddExp(double.PositiveInfinity, double.PositiveInfinity));
        Assert.True(double.IsNaN(Elementary.LogAddExp(1, double.NaN)));
    }

    [Fact]
    public void SoftplusInverse_undoes_softplus()
    {
        foreach (double x in Even(-30, 100).Concat([-700, -100, 0, 1e-9]))
        {
            // Softplus loses what x is below 0 by a factor of its slope; the slope of the inverse gives it back.
            Assert.Equal(x, Elementary.SoftplusInverse(Elementary.Softplus(x)), 1e-15 * (1 + Math.Abs(x)) + (3e-16 / Math.Min(1, Elementary.Sigmoid(x)) * Elementary.Softplus(x)));
        }

        Assert.Equal(double.NegativeInfinity, Elementary.SoftplusInverse(0));
        Assert.True(double.IsNaN(Elementary.SoftplusInverse(-1)));
    }

    private static void Holds(double ulps, Func<double, double> function, Func<double, BigFloat> truth, IEnumerable<double> inputs)
    {
        (double Ulps, double At) worst = (0, 0);
        foreach (double x in inputs)
        {
            double here = BigFloat.Ulps(function(x), truth(x));
            worst = here > worst.Ulps ? (here, x) : worst;
        }

        string found = $"{function.Method.Name}: {worst.Ulps:F3} ulp at {worst.At:R}";
        TestContext.Current.TestOutputHelper?.WriteLine(found);
        Assert.True(worst.Ulps <= ulps, found);
    }

    private IEnumerable<double> Magnitudes(int low, int high, Func<double, bool> allowed) =>
        Enumerable.Range(0, Count).Select(_ => Math.ScaleB((2 * _random.NextDouble()) - 1, _random.Next(low, high))).Where(allowed);

    private IEnumerable<double> Even(double low, double high) =>
        Enumerable.Range(0, Count).Select(_ => low + (_random.NextDouble() * (high - low)));
}
