using static Pallium.Layers.Tests.CellLengths;

namespace Pallium.Layers.Tests;

public sealed class LstmCellTests
{
    [Fact]
    public void The_step_matches_the_plain_loop_at_every_length()
    {
        foreach (int n in All)
        {
            double[] raw = Numbers(4 * n, "gates");
            double[] gates = [.. raw];
            double[] before = Numbers(n, "before");
            (double[] cell, double[] squashed, double[] hidden) = (new double[n], new double[n], new double[n]);
            LstmCell.Step<double>(gates, before, cell, squashed, hidden);
            for (int j = 0; j < n; j++)
            {
                double c = (Sigmoid(raw[n + j]) * before[j]) + (Sigmoid(raw[j]) * Math.Tanh(raw[(2 * n) + j]));
                AssertClose(c, cell[j]);
                AssertClose(Math.Tanh(c), squashed[j]);
                AssertClose(Sigmoid(raw[(3 * n) + j]) * Math.Tanh(c), hidden[j]);
                AssertClose(Sigmoid(raw[j]), gates[j]);
            }
        }
    }
}
