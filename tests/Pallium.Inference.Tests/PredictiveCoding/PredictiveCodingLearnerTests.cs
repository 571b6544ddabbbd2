using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class PredictiveCodingLearnerTests
{
    [Fact]
    public void A_linear_graph_lowers_its_free_energy_every_pass_to_that_of_the_best_gaussian()
    {
        Frame frame = Table(Factors(400), 0.2);
        var options = new PredictiveCodingOptions { Latents = [3, 2], Activation = Activation.Linear, Floor = 1e-4, Passes = 300, Tolerance = 1e-7 };
        PredictiveCodingGraph graph = PredictiveCodingGraph.Learn(frame, options);
        IReadOnlyList<double> energies = graph.FreeEnergies;
        for (int pass = 1; pass < energies.Count; pass++)
        {
            Assert.True(energies[pass] <= energies[pass - 1] + 1e-4, $"pass {pass}: {energies[pass - 1]} to {energies[pass]}");
        }

        // Expectation maximisation of one Gaussian with full covariance ends at the same likelihood.
        double gaussian = -MixtureModel.Learn(frame, new() { Components = 1, Floor = 1e-4, Tolerance = 1e-9 }).LogDensities[^1];
        TestContext.Current.TestOutputHelper!.WriteLine($"free energy {energies[0]:F3} to {energies[^1]:F4} in {energies.Count} passes; best Gaussian {gaussian:F4}");
        Assert.Equal(gaussian, energies[^1], 0.01);
    }

    [Fact]
    public void Holes_are_filled_from_what_the_row_has()
    {
        double[][] rows = Factors(400);
        Frame frame = Table(rows, 0.2);
        double mean = Error(frame, rows, null);
        double full = Error(frame, rows, PredictiveCodingGraph.Learn(frame, new() { Latents = [2], Activation = Activation.Linear }));

        // With independent errors what the channels share has to go through the two latents: factor analysis.
        double diagonal = Error(frame, rows, PredictiveCodingGraph.Learn(frame, new() { Latents = [2], Activation = Activation.Linear, Precision = PrecisionForm.Diagonal }));
        TestContext.Current.TestOutputHelper!.WriteLine($"RMSE of holes: column mean {mean:F3}, full precision {full:F3}, diagonal {diagonal:F3}");
        Assert.True(full < 0.45 * mean && diagonal < 0.45 * mean, $"{full}, {diagonal} against {mean}");
    }

    [Fact]
    public void A_bent_graph_learns_a_curve_that_no_linear_one_can()
    {
        Rng rng = new Rng(2).For("curve");
        double[][] rows = [.. Enumerable.Range(0, 400).Select(_ =>
        {
            double t = rng.Normal();
            return new[] { t + (0.1 * rng.Normal()), (t * t) + (0.1 * rng.Normal()), Math.Sin(2 * t) + (0.1 * rng.Normal()) };
        })];
        Frame frame = Table(rows, 0.2);
        PredictiveCodingGraph straight = PredictiveCodingGraph.Learn(frame, new() { Activation = Activation.Linear });
        double linear = Error(frame, rows, straight);
        PredictiveCodingGraph graph = PredictiveCodingGraph.Learn(frame, new() { Latents = [6, 2], Passes = 60 });
        double bent = Error(frame, rows, graph);
        TestContext.Current.TestOutputHelper!.WriteLine(
            $"RMSE of holes: linear {linear:F3}, bent {bent:F3}; free energy: linear {straight.FreeEnergies.Min():F3}, bent {graph.FreeEnergies.Min():F3}");
        Assert.True(graph.FreeEnergies.Min() < straight.FreeEnergies.Min() - 0.2);
        Assert.True(bent < 0.93 * linear, $"{bent} against {linear}");
    }

    [Fact]
    public void The_same_seed_gives_the_same_graph()
    {
        Frame frame = Table(Factors(60), 0.1);
        var options = new PredictiveCodingOptions { Latents = [3, 2], Passes = 5 };
        Assert.Equal(PredictiveCodingGraph.Learn(frame, options).Layers[0].Weights, PredictiveCodingGraph.Learn(frame, options).Layers[0].Weights);
        Assert.NotEqual(PredictiveCodingGraph.Learn(frame, options).Layers[0].Weights, PredictiveCodingGraph.Learn(frame, options with { Seed = 2 }).Layers[0].Weights);
    }

    [Fact]
    public void Options_and_columns_that_do_not_fit_are_refused()
    {
        Frame frame = Table(Factors(20), 0);
        Assert.Throws<ArgumentException>(() => PredictiveCodingGraph.Learn(frame, new() { Latents = [] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => PredictiveCodingGraph.Learn(frame, new() { LearningRate = 2 }));
        Assert.Throws<InputException>(() => PredictiveCodingGraph.Learn(Frame.FromArrays([new("on", ChannelKind.Binary)], [0, 1])));
    }

    [Fact]
    public void Shared_tables_are_filled()
    {
        Assert.SkipUnless(LongForm.IsWanted, "PALLIUM_LONG=1 asks for it.");
        foreach (string name in new[] { "penguin", "wine_red", "planets" })
        {
            double[][] rows = [.. SharedData.Rows($"imputation_tabular/{name}.csv").Select(cells => cells.Select(SharedData.Number).ToArray())];
            double[] low = [.. rows[0].Select((_, c) => rows.Min(row => row[c]))];
            rows = [.. rows.Select(row => row.Select((x, c) => (x - low[c]) / (rows.Max(r => r[c]) - low[c])).ToArray())];
            Frame frame = Table(rows, 0.2);
            string line = $"{name}, 100 NRMSE at 20 % missing, one draw: column mean {100 * Error(frame, rows, null):F2}";
            line += $", linear graph {100 * Error(frame, rows, PredictiveCodingGraph.Learn(frame, new() { Activation = Activation.Linear })):F2}";
            line += $", bent graph {100 * Error(frame, rows, PredictiveCodingGraph.Learn(frame)):F2}";
            foreach (int components in new[] { 4, 6, 12 })
            {
                line += $", mixture of {components} {100 * Error(frame, rows, MixtureModel.Learn(frame, new() { Components = components })):F2}";
            }

            TestContext.Current.TestOutputHelper!.WriteLine(line);
        }
    }

    /// <summary>Six channels that follow two factors.</summary>
    private static double[][] Factors(int count)
    {
        Rng rng = new Rng(1).For("factors");
        double[] loads = [.. Enumerable.Range(0, 12).Select(_ => rng.Normal())];
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            double a = rng.Normal(), b = rng.Normal();
            return Enumerable.Range(0, 6).Select(c => c + (a * loads[c]) + (b * loads[6 + c]) + (0.2 * rng.Normal())).ToArray();
        })];
    }

    private static Frame Table(double[][] rows, double missing)
    {
        Rng rng = new Rng(3).For("holes");
        Channel[] channels = [.. rows[0].Select((_, c) => new Channel($"c{c}", ChannelKind.Real) { Resolution = 1e-6 })];
        return Frame.FromArrays(channels, [.. rows.SelectMany(row => row.Select(x => rng.Uniform() < missing ? double.NaN : x))]);
    }

    /// <summary>Root mean square error of the holes; without an engine of the column means.</summary>
    private static double Error(Frame frame, double[][] rows, IConditional? engine)
    {
        double sum = 0;
        int count = 0;
        double[] means = [.. rows[0].Select((_, c) => frame.Column(c).Where(x => !double.IsNaN(x)).Average())];
        for (int i = 0; i < rows.Length; i++)
        {
            double[] row = frame.Series[0].Row(i).ToArray();
            int[] holes = [.. Enumerable.Range(0, row.Length).Where(c => double.IsNaN(row[c]))];
            Answer? answer = holes.Length == 0 ? null : engine?.Answer(
                new Question
                {
                    Clamps = [.. row.Select((x, c) => (x, c)).Where(pair => !double.IsNaN(pair.x)).Select(pair => Clamp.Equal(new(pair.c, 1), pair.x))],
                    Asked = [.. holes.Select(c => new CellAddress(c, 1))],
                },
                new AnswerOptions { Effort = 0 });
            for (int h = 0; h < holes.Length; h++)
            {
                double error = (answer?.Cells[h].Mean ?? means[holes[h]]) - rows[i][holes[h]];
                sum += error * error;
                count++;
            }
        }

        return Math.Sqrt(sum / count);
    }
}
