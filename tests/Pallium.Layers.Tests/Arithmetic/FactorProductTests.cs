using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class FactorProductTests
{
    private const int Inputs = 4;

    public static TheoryData<int> Lengths => [.. CellLengths.All];

    [Theory, MemberData(nameof(Lengths))]
    public void Products_and_gradients_match_the_plain_loops_where_factors_are_zero_too(int outputs)
    {
        double[] weights = CellLengths.Numbers(Inputs * outputs, "weights");
        double[] x = [0, 1.5, -0.5, 3];

        // With x of 0 a weight of 1 makes a factor of 0: one of them in output 0, and two, by a weight of 2/3 at x = -½, in the last one.
        weights[0] = 1;
        weights[outputs - 1] = 1;
        weights[(2 * outputs) + outputs - 1] = 2.0 / 3;
        double[] dy = CellLengths.Numbers(outputs, "dy");
        double[] y = LayerRun<double>.Unwritten(outputs);
        double[] factors = LayerRun<double>.Unwritten(Inputs * outputs);
        (double[] dx, double[] dWeights) = (new double[Inputs], new double[Inputs * outputs]);
        FactorProduct.Multiply<double>(weights, x, y);
        FactorProduct.MultiplyBackward<double>(weights, x, dy, dx, dWeights, factors);
        for (int i = 0; i < Inputs; i++)
        {
            double expected = 0;
            for (int o = 0; o < outputs; o++)
            {
                CellLengths.AssertClose(Product(o, except: -1), y[o]);
                CellLengths.AssertClose(dy[o] * Product(o, except: i) * (x[i] - 1), dWeights[(i * outputs) + o]);
                expected += dy[o] * Product(o, except: i) * weights[(i * outputs) + o];
            }

            Assert.Equal(expected, dx[i], 1e-12 * Math.Max(1, Math.Abs(expected)));
        }

        double Product(int o, int except) =>
            Enumerable.Range(0, Inputs).Where(i => i != except).Aggregate(1.0, (product, i) => product * ((weights[(i * outputs) + o] * (x[i] - 1)) + 1));
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Every_register_width_gives_the_same_bits(int outputs)
    {
        float[] weights = [.. CellLengths.Numbers(Inputs * outputs, "weights").Select(value => (float)value)];
        float[] x = [0.5f, -1.25f, 3, 0];
        float[] dy = [.. CellLengths.Numbers(outputs, "dy").Select(value => (float)value)];
        Assert.Equal(At<Lanes128<float>>(), At<Lanes256<float>>());
        Assert.Equal(At<Lanes128<float>>(), At<Lanes512<float>>());

        float[] At<V>()
            where V : unmanaged, ILanes<V, float>
        {
            float[] y = LayerRun<float>.Unwritten(outputs);
            float[] factors = LayerRun<float>.Unwritten(Inputs * outputs);
            FactorProduct.Multiply<float, V>(weights, x, y);
            FactorProduct.FactorGradients<float, V>(weights, x, dy, factors);
            return [.. y, .. factors];
        }
    }
}
