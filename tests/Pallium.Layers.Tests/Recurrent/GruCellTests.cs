using static Pallium.Layers.Tests.CellLengths;

namespace Pallium.Layers.Tests;

public sealed class GruCellTests
{
    [Fact]
    public void The_step_matches_the_plain_loop_at_every_length()
    {
        foreach (int n in All)
        {
            double[] raw = Numbers(3 * n, "gates");
            double[] gates = [.. raw];
            double[] recurrent = Numbers(3 * n, "recurrent");
            double[] before = Numbers(n, "before");
            var hidden = new double[n];
            GruCell.Step<double>(gates, recurrent, before, hidden);
            for (int j = 0; j < n; j++)
            {
                double r = Sigmoid(raw[j] + recurrent[j]);
                double z = Sigmoid(raw[n + j] + recurrent[n + j]);
                double candidate = Math.Tanh(raw[(2 * n) + j] + (r * recurrent[(2 * n) + j]));
                AssertClose(((1 - z) * candidate) + (z * before[j]), hidden[j]);
                AssertClose(candidate, gates[(2 * n) + j]);
            }
        }
    }
}
