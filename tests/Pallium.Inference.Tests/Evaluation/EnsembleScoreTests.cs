using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class EnsembleScoreTests
{
    [Fact]
    public void Crps_is_the_mean_distance_less_half_the_mean_distance_within()
    {
        var rng = new Rng(1);
        foreach (int n in new[] { 1, 2, 3, 17, 100 })
        {
            double[] x = [.. Enumerable.Range(0, n).Select(_ => rng.Normal()).Order()];
            double y = rng.Normal();
            double expected = x.Average(a => Math.Abs(a - y)) - (x.Average(a => x.Average(b => Math.Abs(a - b))) / 2);
            Assert.Equal(expected, EnsembleScore.Crps(x, y), 1e-12);
        }
    }

    [Fact]
    public void Brier_is_zero_for_the_sure_and_right_and_two_for_the_sure_and_wrong()
    {
        Assert.Equal(0, EnsembleScore.Brier([0, 1, 0], 1));
        Assert.Equal(2, EnsembleScore.Brier([0, 1, 0], 2));
        Assert.Equal(0.5, EnsembleScore.Brier([0.5, 0.5], 0));
    }
}
