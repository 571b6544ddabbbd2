using Pallium.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Any layer's linear maps, asked to multiply by L-Mul.</summary>
public sealed class ApproximateProductTests
{
    private static readonly LMul Rule = new(4);

    [Fact]
    public void A_linear_layer_multiplies_by_it()
    {
        LayerRun<float> run = Run("linear(3)", 5);
        Ask(run.Layer, Rule);
        run.Forward();
        Span<float> weight = run.Layer.Parameters.First().Parameter.Values;
        Span<float> bias = run.Layer.Parameters.Last().Parameter.Values;
        for (int i = 0; i < run.Outputs.Length; i++)
        {
            (int slice, int o) = Math.DivRem(i, 3);
            float sum = bias[o];
            for (int p = 0; p < 5; p++)
            {
                sum += Rule.Multiply(run.Inputs[(slice * 5) + p], weight[(o * 5) + p]);
            }

            Assert.Equal(sum, run.Outputs[i]);
        }
    }

    [Theory]
    [InlineData("linear(6)")]
    [InlineData("nac(6)+nau(4)")]
    [InlineData("lstm(6)")]
    [InlineData("slstm(6)")]
    [InlineData("gru(6)+swiglu(8)")]
    [InlineData("liquid(6)")]
    [InlineData("attention(8,window=4)")]
    [InlineData("mamba(6)")]
    [InlineData("residual(rmsnorm+gla(5))")]
    public void Outputs_change_a_little_and_come_back_when_it_is_taken_away(string text)
    {
        LayerRun<float> run = Run(text, 5).Forward();
        float[] exact = [.. run.Outputs];
        Ask(run.Layer, Rule);
        run.Forward();
        double norm = Math.Sqrt(exact.Sum(y => (double)y * y));
        double change = Math.Sqrt(exact.Zip(run.Outputs, (y, near) => ((double)near - y) * (near - y)).Sum());

        // Single products are off by up to 20 % at four bits, their sums by less, as errors of either sign meet.
        Assert.InRange(change / norm, 1e-4, 0.3);
        Ask(run.Layer, null);
        Assert.Equal(exact, run.Forward().Outputs);
    }

    [Fact]
    public void Both_forms_agree()
    {
        LayerRun<float> run = Run("lstm(6)+linear(3)", 5);
        Ask(run.Layer, Rule);
        run.Forward();
        float[] states = [.. run.Start];
        float[] outputs = new float[run.Rows * 3];
        for (int step = 0; step < run.Steps; step++)
        {
            run.Layer.Step(
                run.Inputs.AsSpan(step * run.Rows * 5, run.Rows * 5), run.Elapsed.AsSpan(step * run.Rows, run.Rows), states, outputs,
                new float[run.Layer.StepScratch(run.Rows)]);
            Assert.All(outputs.Zip(run.Outputs.Skip(step * outputs.Length)), pair => Assert.Equal(pair.Second, pair.First, 1e-6f));
        }
    }

    [Fact]
    public void What_is_no_weight_of_a_linear_map_refuses_it()
    {
        Parameter<float> gain = StackText.Parse("rmsnorm").Build<float>(4).Parameters.First().Parameter;
        Assert.False(gain.TakesProduct);
        Assert.Throws<NotSupportedException>(() => gain.Product = Rule);
    }

    [Fact]
    public void Double_precision_refuses_it()
    {
        Parameter<double> weight = StackText.Parse("linear(2)").Build<double>(4).Parameters.First().Parameter;
        Assert.True(weight.TakesProduct);
        Assert.Throws<NotSupportedException>(() => weight.Product = Rule);
    }

    private static LayerRun<float> Run(string text, int inputs)
    {
        ISequenceLayer<float> layer = StackText.Parse(text).Build<float>(inputs);
        layer.Initialize(new Rng(3));
        return new LayerRun<float>(layer, 4, 2).Fill(7);
    }

    private static void Ask(ISequenceLayer<float> layer, LMul? rule)
    {
        foreach ((_, Parameter<float> parameter) in layer.Parameters.Where(item => item.Parameter.TakesProduct))
        {
            parameter.Product = rule;
        }

        layer.Refresh();
    }
}
