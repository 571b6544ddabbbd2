using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ClampCalibrationTests
{
    [Fact]
    public void Levels_follow_the_questions_of_their_own_group()
    {
        var levels = new ClampCalibration(4);
        var rng = new Rng(3);
        bool[] one = [true, false, false, false];
        bool[] three = [true, true, false, true];
        var scale = new ChannelScale(ChannelKind.Real);
        CellPosterior? Cell(bool given) => given ? null : new CellPosterior(new Channel("x", ChannelKind.Real) { Resolution = 1e-6 }, scale, [], Mixture.Normal(0, 1));
        for (int t = 0; t < 2000; t++)
        {
            // What the model holds for standard normal spreads twice as far when three are given.
            double[] values = [0, 0, 2 * rng.Normal(), 0];
            levels.Update(three, [.. three.Select(Cell)], values, ref rng);
        }

        double outside = Elementary.NormalCdf(2.5);
        Assert.True(levels.Covers(three, 2, outside));
        Assert.False(levels.Covers(one, 2, outside));
        Assert.True(levels.Covers(one, 2, 0.94));
        Assert.False(levels.Copy().Covers(three, 2, Elementary.NormalCdf(5)));
    }
}
