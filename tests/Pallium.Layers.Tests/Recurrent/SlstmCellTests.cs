using static Pallium.Layers.Tests.CellLengths;

namespace Pallium.Layers.Tests;

public sealed class SlstmCellTests
{
    [Fact]
    public void The_step_matches_the_plain_loop_at_every_length()
    {
        foreach (int units in All)
        {
            double[] raw = Numbers(4 * units, "gates");
            double[] gates = [.. raw];
            double[] before = Numbers(3 * units, "before");
            for (int j = 0; j < units; j += 3)
            {
                before[units + j] = 0;
            }

            double[] state = [.. before];
            (double[] kept, double[] hidden) = (new double[units], new double[units]);
            SlstmCell.Step<double>(gates, kept, new MeanState<double>(state, 0, units), hidden);
            for (int j = 0; j < units; j++)
            {
                (double i, double f, double z, double o) = (raw[j], raw[units + j], raw[(2 * units) + j], raw[(3 * units) + j]);
                (double c, double n, double m) = (before[j], before[units + j], before[(2 * units) + j]);
                double past = m - Math.Log(1 + Math.Exp(-f));
                double next = n == 0 ? i : Math.Max(i, past);
                double taken = Math.Exp(i - next);
                double held = Math.Min(1, Math.Exp(past - next));
                c = (held * c) + (taken * Math.Tanh(z));
                n = (held * n) + taken;
                AssertClose(c, state[j]);
                AssertClose(n, state[units + j]);
                AssertClose(next, state[(2 * units) + j]);
                Assert.Equal(Sigmoid(o) * c / n, hidden[j], 1e-13 * Math.Max(1, Math.Abs(c / n)));
            }
        }
    }

    [Theory]
    [InlineData(-300, 80)]
    [InlineData(-80, -300)]
    [InlineData(300, 300)]
    [InlineData(-3000, 3000)]
    public void Gates_far_out_keep_a_fresh_unit_and_its_past_finite(double input, double forget)
    {
        float[] state = [0, 0, 0];
        foreach ((double i, double f) in new[] { (input, forget), (forget, input), (0, 0) })
        {
            float[] gates = [(float)i, (float)f, 0.5f, 0];
            float[] hidden = [float.NaN];
            SlstmCell.Step<float>(gates, new float[1], new MeanState<float>(state, 0, 1), hidden);
            Assert.Equal(0.5 * Math.Tanh(0.5), hidden[0], 1e-6);
            Assert.All(state, value => Assert.True(float.IsFinite(value)));
            Assert.InRange(state[1], 1, 3);
        }
    }
}
