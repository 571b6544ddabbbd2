using static Pallium.Layers.Tests.CellLengths;

namespace Pallium.Layers.Tests;

public sealed class CfcCellTests
{
    private const double Elapsed = 1.7;

    [Fact]
    public void The_gated_step_matches_the_plain_loop_at_every_length()
    {
        foreach (int n in All)
        {
            double[] raw = Numbers(4 * n, "heads");
            double[] heads = [.. raw];
            (double[] kept, double[] added) = (new double[n], new double[n]);
            CfcCell.GatedStep(heads, Elapsed, 1, kept);
            CfcCell.GatedStep([.. raw], Elapsed, 0, added);
            for (int j = 0; j < n; j++)
            {
                (double first, double second) = (Math.Tanh(raw[j]), Math.Tanh(raw[n + j]));
                double s = Sigmoid((raw[(2 * n) + j] * Elapsed) + raw[(3 * n) + j]);
                AssertClose((first * (1 - s)) + (s * second), kept[j]);
                AssertClose(first + (s * second), added[j]);
                AssertClose(s, heads[(3 * n) + j]);
            }
        }
    }

    [Fact]
    public void The_pure_step_matches_the_plain_loop_at_every_length()
    {
        foreach (int n in All)
        {
            double[] heads = Numbers(2 * n, "heads");
            double[] target = Numbers(n, "target");
            double[] rate = Numbers(n, "rate");
            var hidden = new double[n];
            CfcCell.PureStep(heads, Elapsed, target, rate, hidden);
            for (int j = 0; j < n; j++)
            {
                double decay = Math.Exp(-Elapsed * (Math.Abs(rate[j]) + Math.Abs(heads[j])));
                AssertClose(target[j] - (target[j] * decay * heads[j]), hidden[j]);
                AssertClose(decay, heads[n + j]);
            }
        }
    }

    [Fact]
    public void A_rate_of_zero_gets_no_gradient()
    {
        double[] heads = [0.5, 0.25];
        (double[] dHeads, double[] dTarget, double[] dRate) = (new double[1], new double[1], new double[1]);
        CfcCell.PureStepBackward(heads, Elapsed, [2], [0], [1], dHeads, dTarget, dRate);
        Assert.Equal([0], dRate);
        Assert.NotEqual([0], dTarget);
    }

    [Fact]
    public void The_backbone_activation_matches_the_plain_loop_at_every_length()
    {
        foreach (int n in All)
        {
            double[] raw = Numbers(n, "values");
            double[] values = [.. raw];
            double[] gradient = Numbers(n, "gradient");
            double[] found = [.. gradient];
            CfcCell.Squash<double>(values);
            CfcCell.SquashBackward<double>(values, found);
            for (int k = 0; k < n; k++)
            {
                double tanh = Math.Tanh(0.666 * raw[k]);
                AssertClose(1.7159 * tanh, values[k]);
                AssertClose(gradient[k] * 1.7159 * 0.666 * (1 - (tanh * tanh)), found[k]);
            }
        }
    }
}
