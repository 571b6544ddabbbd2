using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class PredictiveCodingSamplerTests
{
    private static readonly PredictiveCodingLayer[] Layers = Bent(1);

    private static PredictiveCodingLayer[] Bent(double gain) =>
    [
        .. RandomGraph.Draw(6, Activation.Tanh, 3, 3, 2).Select((layer, l) => layer with
        {
            // Independent errors at the bottom, so that plain importance sampling from the top down is an easy reference.
            Precision = l == 0 ? [4, 0, 0, 0, 4, 0, 0, 0, 4] : l == 1 ? [9, 0, 0, 0, 9, 0, 0, 0, 9] : layer.Precision,
            Weights = [.. layer.Weights.Select(w => gain * w)],
        }),
    ];

    [Fact]
    public void Refined_answers_of_a_bent_graph_are_those_of_importance_sampling_from_its_prior()
    {
        Clamp[][] questions = [[Clamp.Equal(new(0, 1), 2)], [Clamp.Equal(new(0, 1), 2), Clamp.Between(new(1, 1), 0, double.PositiveInfinity)]];
        foreach (Clamp[] clamps in questions)
        {
            (double[] mean, double[] deviation, double log) = Reference(clamps, 250_000);
            var question = new Question { Clamps = clamps, Asked = [new(1, 1), new(2, 1)] };
            Answer settled = Graph().Answer(question, new AnswerOptions { Effort = 0 });
            Answer refined = Graph().Answer(question, new AnswerOptions { Effort = 20_000 });
            TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', Enumerable.Range(0, 2).Select(i =>
                $"true {mean[i]:F3} ± {deviation[i]:F3}, settled {Shown(settled.Cells[i])}, refined {Shown(refined.Cells[i])}"))
                + $"\nevidence {log:F3}, settled {settled.LogEvidence:F3}, refined {refined.LogEvidence:F3}; worth {refined.EffectiveSampleSize:F0}");
            for (int i = 0; i < 2; i++)
            {
                Assert.InRange(Math.Abs(refined.Cells[i].Mean - mean[i]), 0, (4 * refined.StandardErrors[i]) + (0.01 * deviation[i]));
                Assert.Equal(1, refined.Cells[i].StandardDeviation / deviation[i], 0.1);
            }

            Assert.Equal(log, refined.LogEvidence, 0.15);
            Assert.True(refined.EffectiveSampleSize > 500);
            Assert.True(refined.Effort >= 20_000);
        }
    }

    [Fact]
    public void Where_chains_stay_in_different_modes_the_answer_says_so()
    {
        var question = new Question { Clamps = [Clamp.Equal(new(0, 1), 2)], Asked = [new(1, 1), new(2, 1)] };
        Answer answer = new PredictiveCodingGraph(Graph().Channels, Bent(3)).Answer(question, new AnswerOptions { Effort = 2000 });
        Assert.True(answer.EffectiveSampleSize < 100, $"{answer.EffectiveSampleSize}");
        Assert.Contains("times the effort", answer.Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void With_a_tolerance_it_stops_when_the_mean_is_known_so_well()
    {
        var question = new Question { Clamps = [Clamp.Equal(new(0, 1), 2)], Asked = [new(1, 1)] };
        Answer loose = Graph().Answer(question, new AnswerOptions { Effort = 50_000, Tolerance = 0.1 });
        Assert.True(loose.Effort < 20_000);
        Assert.True(loose.StandardErrors[0] <= 0.11 * loose.Cells[0].StandardDeviation);
    }

    [Fact]
    public void A_relation_is_answered_without_effort_and_refused_with_it()
    {
        Clamp equal = Clamp.Linear([new(new(1, 1), 1), new(new(2, 1), -1)], 0, 0);
        var question = new Question { Clamps = [equal], Asked = [new(1, 1), new(2, 1)] };
        Answer answer = Graph().Answer(question, new AnswerOptions { Effort = 0 });
        Assert.Equal(answer.Cells[0].Mean, answer.Cells[1].Mean, 1e-9);
        Assert.Throws<InputException>(() => Graph().Answer(question));
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits()
    {
        var question = new Question { Clamps = [Clamp.Equal(new(0, 1), 2)], Asked = [new(1, 1)] };
        Assert.Equal(Graph().Answer(question).Cells[0].Mean, Graph().Answer(question).Cells[0].Mean);
    }

    [Fact]
    public void The_gradient_of_the_density_is_its_slope()
    {
        var energy = new PredictiveCodingEnergy(Layers);
        double[][] nodes = [[2, double.NaN, double.NaN], [double.NaN, 0.3, double.NaN], [double.NaN, double.NaN]];
        var settling = new Settling(energy, Settling.FreeOf(nodes), 1e-10, 100);
        settling.Run(nodes);
        var density = new PredictiveCodingDensity(energy, settling, nodes, []);
        double[] x = [0.1, -0.4, 0.2, 0.6, -0.3, 0.5];
        var gradient = new double[6];
        density.LogDensity(x, gradient);
        for (int i = 0; i < 6; i++)
        {
            double At(double h) => density.LogDensity([.. x.Select((v, c) => c == i ? v + h : v)], new double[6]);
            Assert.Equal((At(1e-5) - At(-1e-5)) / 2e-5, gradient[i], 1e-6 * (1 + Math.Abs(gradient[i])));
        }
    }

    private static string Shown(Posterior cell) => $"{cell.Mean:F3} ± {cell.StandardDeviation:F3}";

    private static PredictiveCodingGraph Graph() => new([new("a", ChannelKind.Real), new("b", ChannelKind.Real), new("c", ChannelKind.Real)], Layers);

    /// <summary>Latents drawn from the top down, weighed by the clamped channel's density; the others are drawn, and counted inside their interval only.</summary>
    private static (double[] Mean, double[] Deviation, double LogEvidence) Reference(Clamp[] clamps, int draws)
    {
        Rng rng = new Rng(9).For("reference");
        double[,] root = PlainDense.Root(PlainDense.Inverse(PlainDense.Square(2, (i, j) => Layers[2].Precision[(2 * i) + j]), out _));
        double total = 0;
        double[] sum = new double[2], square = new double[2];
        for (int n = 0; n < draws; n++)
        {
            double u = rng.Normal(), v = rng.Normal();
            double[] top = [Layers[2].Bias[0] + (root[0, 0] * u), Layers[2].Bias[1] + (root[1, 0] * u) + (root[1, 1] * v)];
            double[] middle = [.. Enumerable.Range(0, 3).Select(i => Math.Tanh(Layers[1].Bias[i] + top.Select((t, c) => t * Layers[1].Weights[(2 * i) + c]).Sum()) + (rng.Normal() / 3))];
            double[] mean = [.. Enumerable.Range(0, 3).Select(i => Layers[0].Bias[i] + middle.Select((t, c) => t * Layers[0].Weights[(3 * i) + c]).Sum())];
            double[] x = [2, mean[1] + (rng.Normal() / 2), mean[2] + (rng.Normal() / 2)];
            bool inside = clamps.Skip(1).All(clamp => x[clamp.Cell.Channel] >= clamp.Low && x[clamp.Cell.Channel] <= clamp.High);
            double weight = inside ? Math.Exp(-2 * (2 - mean[0]) * (2 - mean[0])) * 2 / Math.Sqrt(2 * Math.PI) : 0;
            total += weight;
            for (int i = 0; i < 2; i++)
            {
                sum[i] += weight * x[1 + i];
                square[i] += weight * x[1 + i] * x[1 + i];
            }
        }

        double[] means = [.. sum.Select(s => s / total)];
        return (means, [.. square.Select((s, i) => Math.Sqrt((s / total) - (means[i] * means[i])))], Math.Log(total / draws));
    }
}
