using static Pallium.Layers.Tests.CellLengths;

namespace Pallium.Layers.Tests;

public sealed class CtrnnCellTests
{
    [Fact]
    public void The_step_matches_the_plain_loop_at_every_length()
    {
        foreach (int n in All)
        {
            double[] raw = Numbers(n, "drive");
            double[] drive = [.. raw];
            double[] before = Numbers(n, "before");
            double[] tau = [.. Numbers(n, "tau").Select(x => 0.1 + Math.Abs(x))];
            var after = new double[n];
            CtrnnCell.Step<double>(drive, before, tau, 0.4, after);
            for (int j = 0; j < n; j++)
            {
                double decay = Math.Exp(-0.4 / tau[j]);
                AssertClose((decay * before[j]) + (tau[j] * (1 - decay) * Math.Tanh(raw[j])), after[j]);
                AssertClose(Math.Tanh(raw[j]), drive[j]);
            }
        }
    }
}
