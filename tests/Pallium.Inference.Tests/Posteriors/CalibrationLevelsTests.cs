using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class CalibrationLevelsTests
{
    [Fact]
    public void Fresh_levels_change_nothing()
    {
        var levels = new CalibrationLevels(2);
        foreach (double p in new[] { 0, 1e-9, 0.05, 0.3, 0.5, 0.95, 1 })
        {
            Assert.Equal(p, levels.Level(1, p), 1e-12);
        }
    }

    [Theory]
    [InlineData(0.5)]
    [InlineData(2)]
    public void Levels_move_until_ninety_percent_are_covered(double spread)
    {
        // The model believes N(0, 1), the truth is N(0, spread²).
        var levels = new CalibrationLevels(1);
        var rng = new Rng(4);
        int inside = 0;
        const int Warm = 2000;
        const int Cases = 8000;
        for (int i = 0; i < Warm + Cases; i++)
        {
            double rank = Elementary.NormalCdf(spread * rng.Normal());
            bool covered = rank >= levels.Level(0, 0.05) && rank <= levels.Level(0, 0.95);
            inside += i >= Warm && covered ? 1 : 0;
            levels.Update(0, rank, 0.05);
        }

        Assert.InRange((double)inside / Cases, 0.88, 0.92);
    }

    [Fact]
    public void Levels_stay_in_order()
    {
        var levels = new CalibrationLevels(1);
        for (int i = 0; i < 10_000; i++)
        {
            levels.Update(0, i % 2, 0.1);
        }

        double[] asked = [.. Enumerable.Range(1, 99).Select(i => levels.Level(0, i / 100.0))];
        Assert.Equal(asked.Order(), asked);
        Assert.Equal(levels.Values, levels.Copy().Values);
    }
}
