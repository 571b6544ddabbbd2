using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class Rwkv4CoreTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Rwkv4Core<T>(new(Channels: 5));

    [Fact]
    public void Outputs_are_the_weighted_means_that_they_stand_for()
    {
        const int Steps = 40;
        const int Channels = 67;
        var layer = new Rwkv4Core<double>(new(Channels) { HasDirectDecay = true });
        layer.Initialize(new Rng(1));
        Parameter<double>[] parameters = [.. layer.Parameters.Select(item => item.Parameter)];
        new Rng(2).Uniform(parameters[0].Values, -2, 0);
        layer.Refresh();
        LayerRun<double> run = new LayerRun<double>(layer, Steps, 1).Fill(3);
        Array.Clear(run.Start);
        run.Forward();
        for (int step = 0; step < Steps; step++)
        {
            for (int c = 0; c < Channels; c++)
            {
                (double w, double u) = (parameters[0].Values[c], parameters[1].Values[c]);
                (double sum, double weight) = (0, 0);
                for (int past = 0; past <= step; past++)
                {
                    double a = Math.Exp(run.Inputs[(past * 2 * Channels) + c] + (past == step ? u : (step - 1 - past) * w));
                    sum += a * run.Inputs[(((past * 2) + 1) * Channels) + c];
                    weight += a;
                }

                Assert.Equal(sum / weight, run.Outputs[(step * Channels) + c], 1e-13);
            }
        }
    }

    [Theory]
    [InlineData(300)]
    [InlineData(-300)]
    [InlineData(-3e37)]
    public void Keys_far_out_keep_means_finite(double key)
    {
        var layer = new Rwkv4Core<float>(new(1));
        layer.Initialize(new Rng(1));
        (float[] state, float[] output) = (new float[3], new float[1]);
        foreach (double next in new[] { key, -key, key, 0 })
        {
            layer.Step([(float)next, 0.5f], [1], state, output, new float[layer.StepScratch(1)]);
            Assert.Equal(0.5f, output[0], 1e-6f);
        }
    }

    [Fact]
    public void A_layer_without_channels_is_refused() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Rwkv4Core<float>(new(0)));
}
