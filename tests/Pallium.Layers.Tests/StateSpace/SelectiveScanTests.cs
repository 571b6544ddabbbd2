using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class SelectiveScanTests : SequenceLayerLaws
{
    /// <summary>Relative to max(1, |y|): the same operations in another order.</summary>
    private const double Tolerance = 1e-12;

    /// <summary>Channels that fill no register, and a gate.</summary>
    protected override ISequenceLayer<T> Create<T>() => new SelectiveScan<T>(new(5, 3) { HasGate = true });

    [Theory]
    [InlineData(1, 1, 1)]
    [InlineData(5, 4, 11)]
    [InlineData(16, 2, 16)]
    [InlineData(33, 3, 40)]
    [InlineData(100, 5, 33)]
    public void A_window_is_the_plain_loop(int channels, int states, int steps)
    {
        const int Rows = 2;
        var layer = new SelectiveScan<double>(new(channels, states) { HasGate = true });
        layer.Initialize(new Rng(3));
        LayerRun<double> run = new LayerRun<double>(layer, steps, Rows).Fill(4).Forward();
        double[] rates = Values("A_log");
        double[] bias = Values("delta_bias");
        double[] skip = Values("D");
        for (int row = 0; row < Rows; row++)
        {
            double[] h = run.RowOf(run.Start, row);
            for (int step = 0; step < steps; step++)
            {
                double[] x = run.Inputs[(((step * Rows) + row) * layer.Inputs)..];
                for (int d = 0; d < channels; d++)
                {
                    double delta = Math.Log(1 + Math.Exp(x[channels + d] + bias[d]));
                    double y = skip[d] * x[d];
                    for (int n = 0; n < states; n++)
                    {
                        double a = -Math.Exp(rates[(d * states) + n]);
                        ref double state = ref h[(n * channels) + d];
                        state = (Math.Exp(delta * a) * state) + (delta * x[(2 * channels) + n] * x[d]);
                        y += x[(2 * channels) + states + n] * state;
                    }

                    double z = x[(2 * (channels + states)) + d];
                    AssertClose(y * z / (1 + Math.Exp(-z)), run.Outputs[(((step * Rows) + row) * channels) + d]);
                }
            }

            double[] final = run.RowOf(run.Final, row);
            for (int i = 0; i < h.Length; i++)
            {
                AssertClose(h[i], final[i]);
            }
        }

        double[] Values(string name) => layer.Parameters.Single(item => item.Name == name).Parameter.Values.ToArray();
    }

    [Fact]
    public void New_layers_are_drawn_as_published()
    {
        var layer = new SelectiveScan<double>(new(200, 3));
        layer.Initialize(new Rng(1));
        Dictionary<string, double[]> drawn = layer.Parameters.ToDictionary(item => item.Name, item => item.Parameter.Values.ToArray());
        Assert.Equal([0, Elementary.Log(2.0), Elementary.Log(3.0)], drawn["A_log"][..3]);
        Assert.All(drawn["D"], value => Assert.Equal(1, value));
        double[] deltas = [.. drawn["delta_bias"].Select(bias => Math.Log(1 + Math.Exp(bias)))];
        Assert.All(deltas, delta => Assert.InRange(delta, 0.001, 0.1));
        Assert.InRange(deltas.Average(Math.Log), Math.Log(0.01) - 0.2, Math.Log(0.01) + 0.2);
    }

    [Fact]
    public void Rates_out_of_range_give_no_NaN()
    {
        var layer = new SelectiveScan<float>(new(1, 1) { HasLogRates = false, HasDeltaBias = false, IsSoftplus = false, HasSkip = false });
        layer.Parameters.Single().Parameter.Values.Fill(-1e30f);
        layer.Refresh();
        float[] state = [1];
        float[] output = [0];
        layer.Step([2, 1e30f, 0, 1], [1], state, output, new float[layer.StepScratch(1)]);
        Assert.Equal([0f], output);
    }

    [Theory]
    [InlineData(0, 3)]
    [InlineData(3, 0)]
    public void Sizes_of_zero_are_refused(int channels, int states) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new SelectiveScan<float>(new(channels, states)));

    private static void AssertClose(double expected, double found) =>
        Assert.True(Math.Abs(expected - found) <= Tolerance * Math.Max(1, Math.Abs(expected)), $"{found:R} instead of {expected:R}");
}

public sealed class PlainSelectiveScanTests : SequenceLayerLaws
{
    /// <summary>As many channels as fill whole registers, and nothing but the recurrence.</summary>
    protected override ISequenceLayer<T> Create<T>() => new SelectiveScan<T>(
        new(32, 2) { HasLogRates = false, HasDeltaBias = false, IsSoftplus = false, HasSkip = false });
}
