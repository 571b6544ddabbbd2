using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class ChannelGateTests : SequenceLayerLaws
{
    private static readonly int[] Groups = [0, 1, 1, 2, 0];

    protected override ISequenceLayer<T> Create<T>() => new ChannelGate<T>(new(5) { Groups = Groups });

    [Fact]
    public void Groups_with_gaps_and_negative_prices_are_refused()
    {
        Assert.Throws<ArgumentException>(() => new ChannelGate<float>(new(3) { Groups = [0, 2, 2] }));
        Assert.Throws<ArgumentException>(() => new ChannelGate<float>(new(3) { Groups = [0, 1] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelGate<float>(new(3) { Price = -1 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => new ChannelGate<float>(new(3) { LastTemperature = 0 }));
    }

    [Fact]
    public void In_answers_channels_pass_whole_where_the_logit_is_positive()
    {
        LayerRun<double> run = Run(null, 0, [0.5, -0.25, 1e-9]).Forward().Backward();
        double[] mask = [1, 0, 0, 1, 1];
        for (int i = 0; i < run.Outputs.Length; i++)
        {
            Assert.Equal(run.Inputs[i] * mask[i % 5], run.Outputs[i]);
            Assert.Equal(run.OutputWeights[i] * mask[i % 5], run.InputGradient[i]);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(0.4)]
    [InlineData(0)]
    public void Gradients_of_drawn_masks_agree_with_central_differences(double ahead)
    {
        const double Width = 1e-6;
        const double Tolerance = 1e-7;
        LayerRun<double> run = Run(new Rng(3), ahead, [0.1, -0.05, 0.02]);
        run.AuxiliaryWeights[0] = 0.5;
        run.Forward().Backward();
        Parameter<double> weight = run.Set.Items.Single().Parameter;
        for (int group = 0; group < 3; group++)
        {
            double middle = weight.Values[group];
            double At(double value)
            {
                weight.Values[group] = value;
                run.Layer.Refresh();
                return run.Loss();
            }

            double expected = (At(middle + Width) - At(middle - Width)) / (2 * Width);
            At(middle);
            Assert.Equal(expected, run.Gradients[weight][group], Tolerance * Math.Max(1, Math.Abs(expected)));
        }
    }

    [Fact]
    public void A_row_keeps_its_mask_through_a_window_and_groups_share_theirs()
    {
        LayerRun<double> run = Run(new Rng(3), 0.5, [0.1, -0.05, 0.02]).Forward();
        double[] first = [.. run.Outputs.Zip(run.Inputs, (y, x) => y / x)];
        for (int i = 0; i < first.Length; i++)
        {
            int row = i / 5 % run.Rows;
            int channel = Array.IndexOf(Groups, Groups[i % 5]);
            Assert.Equal(first[(row * 5) + channel], first[i], 1e-12);
        }

        Assert.Equal(3 * run.Rows, first.Take(5 * run.Rows).Select(m => Math.Round(m, 10)).Distinct().Count());
    }

    [Fact]
    public void What_is_drawn_does_not_depend_on_how_the_batch_is_cut()
    {
        LayerRun<double> whole = Run(new Rng(3), 0, [0.1, -0.05, 0.02]).Forward();
        for (int row = 0; row < whole.Rows; row++)
        {
            Assert.Equal(whole.Columns(whole.Outputs, row), whole.Row(row).Forward().Outputs);
        }
    }

    [Fact]
    public void Cold_masks_are_hard_and_open_as_often_as_the_logit_says()
    {
        const double Weight = 0.1;
        var run = new LayerRun<double>(new ChannelGate<double>(new(4) { LastTemperature = 1e-4 }), steps: 1, rows: 4000) { Noise = new Rng(9) };
        run.Inputs.AsSpan().Fill(1);
        run.Set.Items.Single().Parameter.Values.Fill(Weight);
        run.Layer.Refresh();
        run.Forward();
        Assert.InRange(run.Outputs.Count(m => m is > 0.001 and < 0.999), 0, 16);
        double expected = 1 / (1 + Math.Exp(-((ChannelGate<double>)run.Layer).Logits[0]));
        Assert.Equal(expected, run.Outputs.Average(), 0.015);
        Assert.Equal(0.01 * 4 * 4000 * expected, run.Auxiliary[0], 1e-9);
    }

    private LayerRun<double> Run(Rng? noise, double ahead, double[] weights)
    {
        LayerRun<double> run = new LayerRun<double>(Create<double>(), steps: 4, rows: 6) { Noise = noise, Ahead = ahead }.Fill(17);
        weights.CopyTo(run.Set.Items.Single().Parameter.Values);
        run.Layer.Refresh();
        return run;
    }
}
