using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class MixtureModelTests
{
    private const int Dimension = 8;
    private static readonly Channel[] Columns = [.. Enumerable.Range(0, Dimension).Select(i => new Channel($"x{i}", ChannelKind.Real) { Resolution = 1e-3 })];
    private static readonly KnownMixture Truth = KnownMixture.Draw(1, Dimension, 3);
    private static readonly Lazy<MixtureModel> Learned = new(() => Learn(Truth.Sample(4000, new Rng(1).For("rows"))));

    [Fact]
    public void Draws_under_clamps_are_not_told_from_true_ones()
    {
        int[][] sets = LongForm.IsWanted ? [[0, 3, 5], [2], [1, 4, 5, 6, 7]] : [[0, 3, 5]];
        foreach (int[] known in sets)
        {
            double[] row = Clamped(known);
            double[][] truth = Truth.Condition(row).Others.Sample(1000, new Rng(1).For("truth"));
            double[][] FreeCells(IEnumerable<double[]> rows) => [.. rows.Select(x => x.Where((_, c) => !known.Contains(c)).ToArray())];
            double accuracy = TwoSampleClassifier.Accuracy(FreeCells(Learned.Value.Draw(Clamps(row), 1000)), truth);
            double unclamped = TwoSampleClassifier.Accuracy(FreeCells(Learned.Value.Draw([], 300)), truth[..300]);
            TestContext.Current.TestOutputHelper!.WriteLine($"{known.Length} clamped: accuracy {accuracy:F3}; of unclamped draws {unclamped:F3}");
            Assert.True(accuracy <= 0.55, $"{accuracy}");
            Assert.True(unclamped > 0.6, $"the classifier sees nothing: {unclamped}");
        }
    }

    [Fact]
    public void Energies_rank_anomalies()
    {
        Rng rng = new Rng(1).For("anomalies");
        double[][] normal = Truth.Sample(500, rng.For("normal"));

        // Every cell as it could be, but from another row: only the relations are wrong.
        double[][] shuffled = [.. Enumerable.Range(0, 500).Select(i => Enumerable.Range(0, Dimension).Select(c => normal[(i + (37 * c)) % 500][c]).ToArray())];
        double area = Auroc(normal, shuffled, row => Learned.Value.Energy(row));
        double truth = Auroc(normal, shuffled, row => -Truth.Condition(row).LogDensity);
        TestContext.Current.TestOutputHelper!.WriteLine($"AUROC {area:F4}; of the true density {truth:F4}");
        Assert.True(area >= 0.95, $"{area}");
    }
    [Fact]
    public void Clamping_is_exact_conditioning_in_any_order()
    {
        MixtureModel model = Known();
        double[] row = Clamped(0, 3, 5);
        (KnownMixture others, double logDensity) = Truth.Condition(row);
        Clamp[] clamps = Clamps(row);
        foreach (Clamp[] order in new[] { clamps, [clamps[2], clamps[0], clamps[1]] })
        {
            Answer answer = model.Answer(new Question { Clamps = order, Asked = [new(1, 1), new(0, 1), new(4, 1)] });
            foreach ((int cell, int at) in new[] { (0, 0), (2, 2) })
            {
                double mean = others.Weights.Zip(others.Means, (w, m) => w * m[at]).Sum();
                double square = Enumerable.Range(0, 3).Sum(k => others.Weights[k] * (others.Covariances[k][at, at] + Math.Pow(others.Means[k][at] - mean, 2)));
                Assert.Equal(mean, answer.Cells[cell].Mean, 1e-9);
                Assert.Equal(Math.Sqrt(square), answer.Cells[cell].StandardDeviation, 1e-9);
            }

            Assert.Equal(row[0], answer.Cells[1].Mean, 1e-9);
            Assert.Equal(logDensity + (3 * Math.Log(1e-3)), answer.LogEvidence, 1e-8);
            Assert.Equal(0, answer.Effort);
        }
    }

    [Fact]
    public void A_relation_of_cells_is_clamped_exactly()
    {
        var model = new MixtureModel(new GaussianMixture(2, [0], [[0, 0]], [[1, 0, 0, 1]]), TableScales.Plain(Columns[..2]), []);
        Clamp equal = Clamp.Linear([new(new(0, 1), 1), new(new(1, 1), -1)], 0, 0);
        Answer answer = model.Answer(new Question { Clamps = [equal], Asked = [new(0, 1), new(1, 1)] });
        Assert.All(answer.Cells, cell => Assert.Equal(0.5, cell.StandardDeviation * cell.StandardDeviation, 1e-12));
        Assert.Equal(-0.5 * Math.Log(4 * Math.PI), answer.LogEvidence, 1e-12);
        answer = model.Answer(new Question { Clamps = [equal, Clamp.Equal(new(0, 1), 2)], Asked = [new(1, 1)] });
        Assert.Equal(2, answer.Cells[0].Mean, 1e-9);
    }

    [Fact]
    public void Intervals_are_answered_by_draws_with_their_probability()
    {
        MixtureModel model = Known();
        Question question = new()
        {
            Clamps = [Clamp.Between(new(0, 1), 0, 1), Clamp.Between(new(1, 1), -1, double.PositiveInfinity)],
            Asked = [new(0, 1), new(2, 1)],
            Events = [new CellFunction("x2>0", [new(2, 1)], values => values[0] > 0 ? 1 : 0)],
        };
        Answer answer = model.Answer(question, new AnswerOptions { Effort = 20_000 });

        // Plain rejection from the truth.
        double[][] kept = [.. Truth.Sample(150_000, new Rng(8).For("rejection")).Where(x => x[0] is >= 0 and <= 1 && x[1] >= -1)];
        Assert.Equal(Math.Log(kept.Length / 150_000.0), answer.LogEvidence, 0.03);
        Assert.Equal(kept.Average(x => x[2]), answer.Cells[1].Mean, 0.05);
        Assert.Equal(kept.Average(x => x[2] > 0 ? 1.0 : 0), answer.Events[0], 0.02);
        Assert.All(answer.Samples, sample => Assert.InRange(sample[0], -1e-9, 1 + 1e-9));
        Assert.Equal(20_000, answer.Effort);
        Assert.InRange(answer.EffectiveSampleSize, 5_000, 20_000);
        Assert.Empty(answer.Warnings);

        Answer loose = model.Answer(question, new AnswerOptions { Effort = 20_000, Tolerance = 0.03 });
        Assert.InRange(loose.Effort, 1000, 5000);
        Assert.All(loose.Cells.Zip(loose.StandardErrors), pair => Assert.True(pair.Second <= 0.0301 * pair.First.StandardDeviation));
    }

    [Fact]
    public void Holes_are_integrated_out_when_it_learns()
    {
        Rng rng = new Rng(3).For("holes");
        double[][] rows = [.. Truth.Sample(1500, rng.For("rows")).Select(row => row.Select(x => rng.Uniform() < 0.25 ? double.NaN : x).ToArray())];
        MixtureModel model = Learn(rows);
        for (int i = 1; i < model.LogDensities.Count - 1; i++)
        {
            Assert.True(model.LogDensities[i] >= model.LogDensities[i - 1] - 1e-3, $"pass {i}: {model.LogDensities[i - 1]} to {model.LogDensities[i]}");
        }

        double[][] test = Truth.Sample(500, new Rng(9).For("test"));
        double loss = test.Average(row => model.Energy(row) + Truth.Condition(row).LogDensity) + (Dimension * Math.Log(1e-3));
        Assert.InRange(loss, -0.05, 0.4);
        Assert.Equal(0, model.Energy([.. Enumerable.Repeat(double.NaN, Dimension)]));
    }

    [Fact]
    public void Positive_channels_keep_their_support()
    {
        Rng rng = new Rng(4).For("positive");
        double[] x = [.. Enumerable.Range(0, 400).Select(_ => rng.Normal())];
        double[] y = [.. x.Select(v => Math.Round(Math.Exp(v + (0.3 * rng.Normal())), 3))];
        Channel[] columns = [new("x", ChannelKind.Real) { Resolution = 1e-6 }, new("y", ChannelKind.Positive) { Resolution = 1e-3 }];
        Frame frame = Frame.FromArrays(columns, [.. x.Zip(y, (a, b) => new[] { a, b }).SelectMany(row => row)]);
        MixtureModel model = MixtureModel.Learn(frame, new() { Components = 2 });
        Answer answer = model.Answer(new Question { Clamps = [Clamp.Equal(new(0, 1), -2)], Asked = [new(1, 1)] });
        Assert.InRange(answer.Cells[0].Median, 0.08, 0.25);
        Assert.True(answer.Cells[0].Quantile(0.001) >= 0);
        Assert.Throws<InputException>(() => model.Answer(new Question { Clamps = [Clamp.Equal(new(1, 1), -1)], Asked = [new(0, 1)] }));
        Assert.Throws<InputException>(() => model.Answer(new Question { Clamps = [Clamp.Linear([new(new(0, 1), 1), new(new(1, 1), 1)], 0, 0)], Asked = [new(0, 1)] }));
    }

    [Fact]
    public void What_it_cannot_answer_is_said_in_a_sentence()
    {
        MixtureModel model = Known();
        CellAddress[] asked = [new(1, 1)];
        Assert.Throws<InputException>(() => model.Answer(new Question { Asked = [new(1, 2)] }));
        Assert.Throws<InputException>(() => model.Answer(new Question { Asked = [new(8, 1)] }));
        Assert.Throws<InputException>(() => model.Answer(new Question { Clamps = [Clamp.OneOf(new(0, 1), [1])], Asked = asked }));
        Assert.Throws<InputException>(() => model.Answer(new Question { Asked = asked }, new AnswerOptions { Effort = -1 }));
        var interval = new Question { Clamps = [Clamp.Between(new(0, 1), 0, 1)], Asked = asked };
        Assert.Throws<InputException>(() => model.Answer(interval, new AnswerOptions { Effort = 1 << 20, MemoryCap = 1000 }));
        Assert.Throws<InputException>(() => MixtureModel.Learn(Frame.FromArrays([new("on", ChannelKind.Binary)], [0, 1])));
        Assert.Throws<InputException>(() => model.Energy([1, 2]));
        Clamp one = Clamp.Equal(new(0, 1), 1);
        ContradictionException two = Assert.Throws<ContradictionException>(() => model.Answer(new Question { Clamps = [one, Clamp.Equal(new(0, 1), 2)], Asked = asked }));
        Assert.Equal(2, two.Clamp!.Low);
        Assert.Throws<ContradictionException>(() => model.Answer(new Question { Clamps = [one, Clamp.Between(new(0, 1), 2, 3)], Asked = asked }));
        Assert.Equal(
            model.Answer(new Question { Clamps = [one], Asked = asked }).LogEvidence, model.Answer(new Question { Clamps = [one, one], Asked = asked }).LogEvidence);
        Assert.Contains("marginal", model.Answer(new Question { Asked = asked }).Warnings[0], StringComparison.Ordinal);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits()
    {
        MixtureModel model = Known();
        Question question = new() { Clamps = [Clamp.Between(new(0, 1), 0, 1)], Asked = [new(1, 1)] };
        Assert.Equal(model.Answer(question).Cells[0].Mean, model.Answer(question).Cells[0].Mean);
        Assert.NotEqual(model.Answer(question).Cells[0].Mean, model.Answer(question, new() { Seed = 2 }).Cells[0].Mean);
    }

    private static MixtureModel Known() => new(Truth.Ours(), TableScales.Plain(Columns), []);

    private static double Auroc(double[][] normal, double[][] odd, Func<double[], double> energy)
    {
        double[] low = [.. normal.Select(energy)];
        double[] high = [.. odd.Select(energy)];
        return high.Average(h => low.Average(l => h > l ? 1 : h == l ? 0.5 : 0));
    }

    private static MixtureModel Learn(double[][] rows) =>
        MixtureModel.Learn(Frame.FromArrays(Columns, [.. rows.SelectMany(row => row)]), new MixtureOptions { Components = 4 });

    private static double[] Clamped(params int[] known)
    {
        double[] row = [.. Truth.Sample(1, new Rng(4).For("clamped"))[0].Select(x => Math.Round(x, 2))];
        return [.. row.Select((x, c) => known.Contains(c) ? x : double.NaN)];
    }

    private static Clamp[] Clamps(double[] row) =>
        [.. row.Select((x, c) => (x, c)).Where(pair => !double.IsNaN(pair.x)).Select(pair => Clamp.Equal(new(pair.c, 1), pair.x))];
}
