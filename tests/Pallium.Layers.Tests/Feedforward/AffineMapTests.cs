using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class AffineMapTests
{
    private const int Rows = 3;
    private readonly Parameter<double> _left = new(2, 3);
    private readonly Parameter<double> _right = new(4, 2);
    private readonly Parameter<double> _bias = new(4);
    private readonly double[] _mask = [1, 0, 1, 0, 1, 1];
    private readonly AffineMap<double> _map = new(4, 3, 2);

    public AffineMapTests()
    {
        // W is [4, 3 | 2]: the masked left weight beside rows 2 and 3, the right one with its halves exchanged.
        _map.AddWeight(_left, row: 2, mask: _mask);
        _map.AddWeight(_right, row: 0, column: 3, source: 2, rows: 2);
        _map.AddWeight(_right, row: 2, column: 3, source: 0, rows: 2);
        _map.AddBias(_bias);
        _map.AddBias(_bias, row: 0, source: 3, length: 1);
        _map.AddConstant(0.5, row: 1, length: 2);
        var rng = new Rng(1);
        rng.Uniform(_left.Values, -1, 1);
        rng.Uniform(_right.Values, -1, 1);
        rng.Uniform(_bias.Values, -1, 1);
        _map.Refresh();
    }

    [Fact]
    public void Blocks_and_masks_make_one_product()
    {
        double[] z = Numbers(Rows * 5, 2);
        var y = new double[Rows * 4];
        _map.Apply(Rows, z, 5, y, 4);
        for (int row = 0; row < Rows; row++)
        {
            for (int o = 0; o < 4; o++)
            {
                double expected = Bias(o) + Enumerable.Range(0, 5).Sum(i => Weight(o, i) * z[(row * 5) + i]);
                Assert.Equal(expected, y[(row * 4) + o], 1e-14);
            }
        }
    }

    [Fact]
    public void Accumulating_adds_the_product_without_the_bias()
    {
        double[] z = Numbers(Rows * 5, 2);
        var whole = new double[Rows * 4];
        _map.Apply(Rows, z, 5, whole, 4);
        double[] y = [.. Enumerable.Range(0, Rows * 6).Select(i => i % 6 < 4 ? Bias(i % 6) : double.NaN)];
        _map.Accumulate(Rows, z, 5, y, 6);
        Assert.Equal(whole, y.Where((_, i) => i % 6 < 4));
    }

    [Fact]
    public void Rows_may_lie_further_apart()
    {
        double[] z = Numbers(Rows * 5, 2);
        double[] dy = Numbers(Rows * 4, 3);
        double[] apart = [.. dy.Chunk(4).SelectMany(row => (double[])[.. row, double.NaN])];
        var set = new ParameterSet<double>([("left", _left), ("right", _right), ("bias", _bias)]);
        (Gradients<double> one, Gradients<double> other) = (set.NewGradients(), set.NewGradients());
        _map.AccumulateParameters(Rows, dy, z, 5, one, new double[_map.GradientScratch]);
        _map.AccumulateParameters(Rows, apart, 5, z, 5, other, new double[_map.GradientScratch]);
        Assert.Equal(one.Values.ToArray(), other.Values.ToArray());
        (double[] dz, double[] dzApart) = (new double[Rows * 3], new double[Rows * 4]);
        _map.AccumulateInputs(0, Rows, dy, dz);
        _map.AccumulateInputs(0, Rows, apart, 5, dzApart, 4);
        Assert.Equal(dz, dzApart.Where((_, i) => i % 4 < 3));
    }

    [Fact]
    public void Rows_of_a_larger_weight_get_their_own_gradient()
    {
        var weight = new Parameter<double>(2, 3, 4);
        var map = new AffineMap<double>(3, 4);
        map.AddWeight(weight, source: 3, rows: 3);
        Gradients<double> gradients = new ParameterSet<double>([("weight", weight)]).NewGradients();
        Assert.Equal(0, map.GradientScratch);
        map.AccumulateParameters(1, [1, 2, 3], [1, 1, 1, 2], 4, gradients, []);
        Assert.Equal([.. new double[12], 1, 1, 1, 2, 2, 2, 2, 4, 3, 3, 3, 6], gradients[weight].ToArray());
    }

    [Fact]
    public void Gradients_of_inputs_are_those_of_one_group()
    {
        double[] dy = Numbers(Rows * 4, 3);
        double[] dz = Numbers(Rows * 2, 4);
        double[] before = [.. dz];
        _map.AccumulateInputs(1, Rows, dy, dz);
        for (int i = 0; i < dz.Length; i++)
        {
            double expected = before[i] + Enumerable.Range(0, 4).Sum(o => Weight(o, 3 + (i % 2)) * dy[(i / 2 * 4) + o]);
            Assert.Equal(expected, dz[i], 1e-14);
        }
    }

    [Fact]
    public void Gradients_of_parameters_go_back_to_their_blocks()
    {
        double[] z = Numbers(Rows * 5, 2);
        double[] dy = Numbers(Rows * 4, 3);
        Gradients<double> gradients = new ParameterSet<double>([("left", _left), ("right", _right), ("bias", _bias)]).NewGradients();
        gradients.Values.Fill(0.25);
        _map.AccumulateParameters(Rows, dy, z, 5, gradients, new double[_map.GradientScratch]);
        double Outer(int o, int i) => Enumerable.Range(0, Rows).Sum(row => dy[(row * 4) + o] * z[(row * 5) + i]);
        double Sum(int o) => Enumerable.Range(0, Rows).Sum(row => dy[(row * 4) + o]);
        for (int i = 0; i < 6; i++)
        {
            Assert.Equal(0.25 + (_mask[i] * Outer(2 + (i / 3), i % 3)), gradients[_left][i], 1e-14);
        }

        for (int i = 0; i < 8; i++)
        {
            Assert.Equal(0.25 + Outer(((i / 2) + 2) % 4, 3 + (i % 2)), gradients[_right][i], 1e-14);
        }

        Assert.Equal(0.25 + Sum(0), gradients[_bias][0], 1e-14);
        Assert.Equal(0.25 + Sum(3) + Sum(0), gradients[_bias][3], 1e-14);
    }

    private static double[] Numbers(int length, ulong seed)
    {
        var values = new double[length];
        new Rng(seed).Uniform<double>(values, -1, 1);
        return values;
    }

    private double Weight(int o, int i) => i < 3
        ? (o < 2 ? 0 : _left.Values[((o - 2) * 3) + i] * _mask[((o - 2) * 3) + i])
        : _right.Values[((o + 2) % 4 * 2) + i - 3];

    private double Bias(int o) => _bias.Values[o] + (o == 0 ? _bias.Values[3] : 0) + (o is 1 or 2 ? 0.5 : 0);
}
