using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class DropoutTests : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => new Dropout<T>(new(Channels: 5, Rate: 0.25));

    [Fact]
    public void A_rate_of_one_is_refused() => Assert.Throws<ArgumentOutOfRangeException>(() => new Dropout<float>(new(3, 1)));

    [Fact]
    public void Learning_drops_the_given_share_and_scales_the_rest()
    {
        LayerRun<double> run = Learning(steps: 40, rows: 50).Forward().Backward();
        double dropped = run.Outputs.Count(y => y == 0) / (double)run.Outputs.Length;
        Assert.Equal(0.25, dropped, 0.02);
        for (int i = 0; i < run.Outputs.Length; i++)
        {
            double factor = run.Outputs[i] == 0 ? 0 : 1 / 0.75;
            Assert.Equal(factor * run.Inputs[i], run.Outputs[i], 1e-14);
            Assert.Equal(factor * run.OutputWeights[i], run.InputGradient[i], 1e-14);
        }
    }

    [Fact]
    public void What_is_dropped_does_not_depend_on_how_the_batch_is_cut()
    {
        LayerRun<double> whole = Learning(steps: 7, rows: 9).Forward();
        for (int row = 0; row < whole.Rows; row++)
        {
            Assert.Equal(whole.Columns(whole.Outputs, row), whole.Row(row).Forward().Outputs);
        }
    }

    private LayerRun<double> Learning(int steps, int rows) => new LayerRun<double>(Create<double>(), steps, rows) { Noise = new Rng(3) }.Fill(17);
}
