using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ActionDescentTests
{
    /// <summary>Slices of the pendulum pull on one another strongly: from nothing done, a few passes come near what many do.</summary>
    [Fact]
    public void A_pendulum_is_caught_by_slopes_alone()
    {
        var means = new MeanCosts(new PlantRollout(new Pendulum(), [0.5, 0], 0, 8), TestContext.Current.CancellationToken);
        var descent = new ActionDescent(means);
        double[] few = descent.Run(new double[8], 1500, new Rng(1));
        Assert.InRange(means.Spent, 1000, 1500);
        double[] many = new ActionDescent(means).Run(few, 8000, new Rng(2));
        var costs = new double[3];
        means.Of([.. new double[8], .. few, .. many], 200, 3, costs);
        Assert.True(costs[1] < 0.7 * costs[0], $"{costs[1]} {costs[0]}");
        Assert.InRange(costs[1], costs[2] * 0.99, costs[2] * 1.03);
    }
}
