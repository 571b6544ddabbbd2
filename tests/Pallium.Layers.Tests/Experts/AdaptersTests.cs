using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class AdaptersTests
{
    [Theory]
    [InlineData("adapters(1)")]
    [InlineData("adapters(4)")]
    [InlineData("adapters(3,rank=2,top=2)")]
    public void New_adapters_leave_what_they_read_to_the_bit(string text)
    {
        ISequenceLayer<float> layer = StackText.Parse(text).Build<float>(5);
        layer.Initialize(new Rng(7));
        LayerRun<float> run = new LayerRun<float>(layer, 6, 3).Fill(2).Forward();
        Assert.Equal(run.Inputs, run.Outputs);
    }

    [Theory]
    [InlineData("adapters(1)", 16)]
    [InlineData("adapters(4)", 16 * 4 * 2)]
    [InlineData("adapters(1,rank=3)", 16 * 6)]
    [InlineData("adapters(4,rank=3,top=1)", 16 * 4 * 7)]
    public void They_have_as_many_weights_as_the_formula_says(string text, long expected)
    {
        Assert.Equal(expected, StackText.Parse(text).Build<float>(16).Parameters.Sum(item => (long)item.Parameter.Length));
        Assert.Equal(expected, StackText.Parse(text).SizeOf(16).LeastWeights);
    }

    /// <summary>Softly routed vectors are one vector, the mean of all by the router's probabilities.</summary>
    [Fact]
    public void Soft_vectors_scale_the_channels_by_their_mean()
    {
        ISequenceLayer<double> layer = Adapters.Create<double>(new(3, 2) { Bound = 0.5 });
        layer.Initialize(new Rng(3));
        Dictionary<string, double[]> weights = layer.Parameters.ToDictionary(item => item.Name, item => item.Parameter.Values.ToArray());
        double[] router = weights["route.scores.router.first.weight"];
        double[][] v = [weights["experts.each.0.v"], weights["experts.each.1.v"]];
        double[] x = [0.3, -1.2, 0.8];
        double[] y = [double.NaN, double.NaN, double.NaN];
        layer.Step(x, [1], [], y, new double[layer.StepScratch(1)]);
        double Score(int i) => x.Select((value, c) => router[(3 * i) + c] * value).Sum();
        double first = 1 / (1 + Math.Exp(Score(1) - Score(0)));
        for (int c = 0; c < 3; c++)
        {
            Assert.Equal(x[c] * (1 + (first * v[0][c]) + ((1 - first) * v[1][c])), y[c], 1e-14);
        }
    }

    [Fact]
    public void More_than_there_are_cannot_be_chosen()
    {
        StackTextException error = Assert.Throws<StackTextException>(() => StackText.Parse("gru(4)+adapters(2,top=3)"));
        Assert.Contains("at most 2", error.Message, StringComparison.Ordinal);
        Assert.Contains("position", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Adapters.Create<float>(new(4, 2) { Chosen = 3 }));
    }

    [Theory]
    [InlineData("gru(8)", "adapters(2)+gru(8)+adapters(2)", "1")]
    [InlineData("lstm(4)x2+rmsnorm", "adapters(2)+lstm(4)+adapters(2)+lstm(4)+adapters(2)+rmsnorm+adapters(2)", "1,3,5")]
    [InlineData("adapters(1)+gru(8)+adapters(1)", "adapters(1)+adapters(2)+gru(8)+adapters(1)+adapters(2)", "0,2,3")]
    public void A_stack_is_adapted_around_every_layer(string text, string expected, string places)
    {
        Assert.Equal(expected, StackText.Parse(text).Adapt(2, 0, out IReadOnlyList<int> found).ToString());
        Assert.Equal(places, string.Join(',', found));
    }
}

/// <summary>Adapters whose weights are drawn, so that none of the laws holds only because all is 0.</summary>
public abstract class AdapterLaws(int count, int rank, int chosen) : SequenceLayerLaws
{
    protected override ISequenceLayer<T> Create<T>() => Adapters.Create<T>(new(4, count) { Rank = rank, Chosen = chosen, Bound = 0.5 });
}

public sealed class OneVectorLaws() : AdapterLaws(1, 0, 0);

public sealed class SoftVectorLaws() : AdapterLaws(3, 0, 0);

public sealed class SoftLowRankLaws() : AdapterLaws(3, 2, 0);

public sealed class TopLowRankLaws() : AdapterLaws(3, 2, 1);
