namespace Pallium.Inference.Tests;

public sealed class NelderMeadTests
{
    [Fact]
    public void It_finds_the_bottom_of_a_curved_valley()
    {
        static double Rosenbrock(double[] x) => (100 * Math.Pow(x[1] - (x[0] * x[0]), 2)) + Math.Pow(1 - x[0], 2);
        (double[] point, double value) = NelderMead.Minimize(Rosenbrock, [-1.2, 1], 0.5, 1000, 1e-14);
        Assert.Equal(1, point[0], 1e-4);
        Assert.Equal(1, point[1], 1e-4);
        Assert.True(value < 1e-8);
    }

    [Fact]
    public void Walls_of_nan_are_kept_away_from()
    {
        (double[] point, _) = NelderMead.Minimize(x => x[0] < 2 ? double.NaN : x[0] * x[0], [5], 1, 200, 1e-10);
        Assert.Equal(2, point[0], 1e-3);
    }

    [Fact]
    public void It_stops_when_its_evaluations_are_spent()
    {
        int calls = 0;
        NelderMead.Minimize(x => { calls++; return x.Sum(v => v * v); }, [3, 3, 3], 1, 30, 0);
        Assert.InRange(calls, 30, 34);
    }
}
