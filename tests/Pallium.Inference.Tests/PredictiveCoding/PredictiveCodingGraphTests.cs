using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class PredictiveCodingGraphTests
{
    private const double Exact = 1e-8;

    [Fact]
    public void Settling_a_linear_graph_is_exact_conditioning_of_any_nodes_of_any_layer()
    {
        Gen<(int Seed, int Depth)> cases = Gen.Choose(1, 100_000).SelectMany(_ => Gen.Choose(2, 4), (seed, depth) => (seed, depth));
        double worst = 0;
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(5, 7), Prop.ForAll(cases.ToArbitrary(), one =>
        {
            Rng rng = new Rng((ulong)one.Seed).For("clamps");
            int[] sizes = [.. Enumerable.Range(0, one.Depth).Select(_ => 1 + rng.Below(5))];
            PredictiveCodingLayer[] layers = RandomGraph.Draw((ulong)one.Seed, Activation.Linear, sizes);
            double[][] nodes = [.. sizes.Select(n => Enumerable.Range(0, n).Select(_ => rng.Uniform() < 0.5 ? 2 * rng.Normal() : double.NaN).ToArray())];
            SettledGraph settled = Graph(layers).Settle(nodes);
            (double[] mean, double[,] covariance) = RandomGraph.Joint(layers);
            double[] flat = [.. nodes.SelectMany(x => x)];
            (double[] left, double[,] spread, double log) = PlainDense.Condition(mean, covariance, flat);
            int[] free = [.. Enumerable.Range(0, flat.Length).Where(i => double.IsNaN(flat[i]))];
            double[] means = [.. settled.Means.SelectMany(x => x)];
            double[] deviations = [.. settled.Deviations.SelectMany(x => x)];
            for (int f = 0; f < free.Length; f++)
            {
                worst = Math.Max(worst, Math.Abs(left[f] - means[free[f]]) / (1 + Math.Abs(left[f])));
                worst = Math.Max(worst, Math.Abs((deviations[free[f]] * deviations[free[f]]) - spread[f, f]) / (1 + spread[f, f]));
            }

            worst = Math.Max(worst, Math.Abs(log - settled.LogEvidence) / (1 + Math.Abs(log)));
            return settled.Converged && worst < Exact;
        }));
        TestContext.Current.TestOutputHelper!.WriteLine($"largest difference {worst:E1}");
    }

    [Fact]
    public void A_question_to_a_linear_graph_is_answered_exactly()
    {
        PredictiveCodingLayer[] layers = RandomGraph.Draw(3, Activation.Linear, 4, 3, 2);
        (double[] mean, double[,] covariance) = RandomGraph.Joint(layers);
        double[] row = [0.5, double.NaN, -1, double.NaN];
        (double[] left, double[,] spread, double log) = PlainDense.Condition(mean[..4], covariance, row);
        Answer answer = Graph(layers).Answer(new Question { Clamps = [Clamp.Equal(new(2, 1), -1), Clamp.Equal(new(0, 1), 0.5)], Asked = [new(3, 1), new(1, 1), new(0, 1)] });
        Assert.Equal(left[1], answer.Cells[0].Mean, Exact);
        Assert.Equal(left[0], answer.Cells[1].Mean, Exact);
        Assert.Equal(Math.Sqrt(spread[1, 1]), answer.Cells[0].StandardDeviation, Exact);
        Assert.Equal(0.5, answer.Cells[2].Mean);
        Assert.Equal(log, answer.LogEvidence, Exact);
        Assert.Equal(-log, Graph(layers).Energy(row), Exact);

        // x1 = x3 besides: one more exact condition.
        Clamp equal = Clamp.Linear([new(new(1, 1), 1), new(new(3, 1), -1)], 0, 0);
        answer = Graph(layers).Answer(new Question { Clamps = [Clamp.Equal(new(0, 1), 0.5), Clamp.Equal(new(2, 1), -1), equal], Asked = [new(1, 1), new(3, 1)] });
        double variance = spread[0, 0] + spread[1, 1] - (2 * spread[0, 1]);
        Assert.Equal(left[0] - ((spread[0, 0] - spread[0, 1]) * (left[0] - left[1]) / variance), answer.Cells[0].Mean, Exact);
        Assert.Equal(answer.Cells[0].Mean, answer.Cells[1].Mean, Exact);
    }

    [Fact]
    public void A_bent_graph_settles_where_its_free_energy_has_no_slope()
    {
        for (ulong seed = 1; seed <= 20; seed++)
        {
            PredictiveCodingLayer[] layers = RandomGraph.Draw(seed, Activation.Tanh, 4, 4, 3);
            SettledGraph settled = Graph(layers).Settle([[1, -1, 0.5, double.NaN], [.. Enumerable.Repeat(double.NaN, 4)], [.. Enumerable.Repeat(double.NaN, 3)]]);
            Assert.True(settled.Converged, $"seed {seed}: {settled.Steps} steps");
            var energy = new PredictiveCodingEnergy(layers);
            double[][] nodes = [.. settled.Means];
            int[][] free = [[3], [0, 1, 2, 3], [0, 1, 2]];
            double[][] gradient = [new double[1], new double[4], new double[3]];
            Assert.Equal(settled.FreeEnergy, energy.Evaluate(nodes), 1e-10);
            energy.Gradient(free, gradient);
            Assert.All(gradient.SelectMany(x => x), slope => Assert.Equal(0, slope, 1e-7));
        }
    }

    [Fact]
    public void With_weak_nudging_of_the_output_local_steps_approach_backpropagation()
    {
        int[] sizes = [2, 5, 4, 3];
        double[] target = [1.5, -2], input = [0.4, -1, 0.7];
        var report = new List<string>();
        var errors = new List<double>();
        foreach (double nudge in new[] { 1, 0.1, 0.01, 0.001 })
        {
            PredictiveCodingLayer[] layers =
            [
                .. RandomGraph.Draw(4, Activation.Tanh, sizes).Select((layer, l) => layer with
                {
                    Precision = [.. Dense.Identity(layer.Size).Select(p => l == 0 ? nudge * p : p)],
                }),
            ];
            SettledGraph settled = Graph(layers).Settle([target, Free(5), Free(4), input]);
            var energy = new PredictiveCodingEnergy(layers);
            energy.Evaluate([.. settled.Means]);
            double[][] expected = Backpropagation(layers, input, target);
            double gap = 0, size = 0;
            for (int l = 0; l < 3; l++)
            {
                var moments = new PredictiveCodingMoments(sizes[l], sizes[l + 1]);
                double[][] own = [.. sizes.Select(n => new double[n * n])];
                double[][] below = [.. sizes.Select((n, i) => i == 0 ? [] : new double[n * sizes[i - 1]])];
                moments.Add(energy, l, [.. settled.Means], own, below);
                gap += moments.Gradient.Zip(expected[l], (a, b) => Math.Pow((a / nudge) - b, 2)).Sum();
                size += expected[l].Sum(x => x * x);
            }

            errors.Add(Math.Sqrt(gap / size));
            report.Add($"nudge {nudge}: relative difference {errors[^1]:E2}");
        }

        TestContext.Current.TestOutputHelper!.WriteLine(string.Join('\n', report));
        Assert.True(errors[3] < 0.02, report[3]);
        Assert.InRange(errors[3] / errors[2], 0.08, 0.13);
    }

    [Fact]
    public void Layers_and_channels_that_do_not_fit_are_refused()
    {
        PredictiveCodingLayer[] layers = RandomGraph.Draw(1, Activation.Tanh, 2, 2);
        Channel[] channels = [new("a", ChannelKind.Real), new("b", ChannelKind.Real)];
        Assert.Throws<ArgumentException>(() => new PredictiveCodingGraph(channels, [layers[0]]));
        Assert.Throws<ArgumentException>(() => new PredictiveCodingGraph(channels, [layers[0] with { Weights = [1] }, layers[1]]));
        Assert.Throws<ArgumentException>(() => new PredictiveCodingGraph(channels, [layers[0] with { Precision = [1, 2, 2, 1] }, layers[1]]));
        Assert.Throws<ArgumentException>(() => new PredictiveCodingGraph(channels, layers).Settle([[0, 0]]));
        Assert.Throws<InputException>(() => new PredictiveCodingGraph([channels[0], new("b", ChannelKind.Binary)], layers));
    }

    [Fact]
    public void Values_that_contradict_one_another_are_told()
    {
        PredictiveCodingGraph graph = Graph(RandomGraph.Draw(1, Activation.Tanh, 2, 2));
        Clamp one = Clamp.Equal(new(0, 1), 1);
        Assert.Throws<ContradictionException>(() => graph.Answer(new Question { Clamps = [one, Clamp.Equal(new(0, 1), 2)], Asked = [new(1, 1)] }));
        Assert.Throws<ContradictionException>(() => graph.Answer(new Question { Clamps = [one, Clamp.Between(new(0, 1), 2, 3)], Asked = [new(1, 1)] }));
        Assert.Equal(1, graph.Answer(new Question { Clamps = [one, one], Asked = [new(0, 1)] }).Cells[0].Mean);
    }

    private static double[] Free(int count) => [.. Enumerable.Repeat(double.NaN, count)];

    private static PredictiveCodingGraph Graph(PredictiveCodingLayer[] layers) =>
        new([.. Enumerable.Range(0, layers[0].Size).Select(i => new Channel($"x{i}", ChannelKind.Real))], layers);

    /// <summary>Minus the gradient of half the squared error with respect to [W, b] of every layer, by the chain rule.</summary>
    private static double[][] Backpropagation(PredictiveCodingLayer[] layers, double[] input, double[] target)
    {
        int top = layers.Length - 1;
        var x = new double[layers.Length][];
        x[top] = input;
        for (int l = top - 1; l >= 0; l--)
        {
            x[l] = [.. Enumerable.Range(0, layers[l].Size).Select(i =>
            {
                double a = layers[l].Bias[i] + x[l + 1].Select((v, c) => v * layers[l].Weights[(i * x[l + 1].Length) + c]).Sum();
                return l == 0 ? a : Math.Tanh(a);
            })];
        }

        var gradients = new double[top][];
        double[] delta = [.. target.Zip(x[0], (t, y) => t - y)];
        for (int l = 0; l < top; l++)
        {
            double[] slope = [.. x[l].Select((y, i) => delta[i] * (l == 0 ? 1 : 1 - (y * y)))];
            gradients[l] = [.. slope.SelectMany(s => x[l + 1].Append(1).Select(v => s * v))];
            delta = [.. Enumerable.Range(0, x[l + 1].Length).Select(c => slope.Select((s, i) => s * layers[l].Weights[(i * x[l + 1].Length) + c]).Sum())];
        }

        return gradients;
    }
}
