using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class GaussianHistoryTests(ITestOutputHelper output)
{
    /// <summary>Relative to cells of variance about 1 to 10; what a dense solve of some tens of cells loses.</summary>
    private const double Tolerance = 1e-9;

    [Fact]
    public void Smoothing_filtering_and_relations_equal_dense_conditioning()
    {
        Gen<(int N, int D, int Seed)> cases = Gen.Choose(0, 4).SelectMany(n => Gen.Choose(1, 3).SelectMany(_ => Gen.Choose(1, 1 << 20), (d, seed) => (n, d, seed)));
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(200).WithReplay(17, 19), Prop.ForAll(cases.ToArbitrary(), one => CheckAgainstDense(one.N, one.D, (ulong)one.Seed)));
    }

    /// <summary>A history of up to six slices with holes, two slices to come, clamps of cells anywhere and up to two relations: every other cell is asked.</summary>
    private static void CheckAgainstDense(int n, int d, ulong seed)
    {
        const int Future = 2;
        var rng = new Rng(seed).For("question");
        int history = rng.Below(7);
        GaussianModel model = RandomSystems.Model(n, d, seed);
        double[] truth = RandomSystems.Draw(model, history + Future, seed);
        double[] values = RandomSystems.WithHoles(truth, 0.4, seed + 1);
        values.AsSpan(history * d).Fill(double.NaN);
        var clamps = new List<Clamp>();
        var seen = new List<(int Cell, double Value)>();
        var clamped = new List<(int Cell, double Value)>();
        var asked = new List<CellAddress>();
        for (int i = 0; i < values.Length; i++)
        {
            var address = new CellAddress(i % d, (i / d) + 1 - history);
            if (!double.IsNaN(values[i]))
            {
                seen.Add((i, values[i]));
            }
            else if (rng.Uniform() < 0.3)
            {
                clamped.Add((i, truth[i] + rng.Normal()));
                clamps.Add(Clamp.Equal(address, clamped[^1].Value));
            }
            else
            {
                asked.Add(address);
            }
        }

        int relations = Math.Min(asked.Count - 1, rng.Below(3));
        var forms = new double[Math.Max(0, relations), values.Length];
        double[] known = new double[Math.Max(0, relations)];
        for (int r = 0; r < relations; r++)
        {
            known[r] = 0.5 * r;
            ClampTerm[] terms = [.. asked.Skip(r).Take(3).Select((cell, k) => new ClampTerm(cell, k - 1.5))];
            clamps.Add(Clamp.Linear(terms, known[r], known[r]));
            foreach (ClampTerm term in terms)
            {
                forms[r, ((term.Cell.Offset - 1 + history) * d) + term.Cell.Channel] = term.Coefficient;
            }
        }

        var dense = new DenseJoint(model.Parameters, history + Future);
        double likelihood = dense.Clamp(seen);
        double evidence = dense.Clamp(clamped);
        evidence += relations > 0 ? dense.Condition(forms, known) : 0;

        GaussianHistory stream = After(model, values.AsSpan(0, history * d));
        GaussianAnswer answer = stream.Answer(new Question { Clamps = clamps, Asked = asked });
        Assert.Equal(likelihood, stream.LogLikelihood, Tolerance * (1 + Math.Abs(likelihood)));
        Assert.Equal(evidence, answer.LogEvidence, Tolerance * (1 + Math.Abs(evidence)));
        for (int i = 0; i < asked.Count; i++)
        {
            int row = dense.Index(asked[i].Offset - 1 + history, asked[i].Channel);
            Assert.Equal(dense.Mean[row], answer.Cells[i].Mean, Tolerance);
            Assert.Equal(Math.Sqrt(Math.Max(0, dense.Covariance[row, row])), answer.Cells[i].StandardDeviation, 1e-7);
            for (int j = 0; j < asked.Count; j++)
            {
                int column = dense.Index(asked[j].Offset - 1 + history, asked[j].Channel);
                Assert.Equal(dense.Covariance[row, column], answer.Covariance(i, j), Tolerance);
            }
        }
    }

    [Fact]
    public void On_a_stream_of_two_hundred_slices_a_hundred_clamp_sets_are_answered_as_by_dense_conditioning()
    {
        const int D = 4;
        const int Slices = 200;
        const int History = 160;
        GaussianModel model = RandomSystems.Model(3, D, 51);
        double[] truth = RandomSystems.Draw(model, Slices, 52);
        double[] values = RandomSystems.WithHoles(truth, 0.5, 53);
        values.AsSpan(History * D).Fill(double.NaN);
        var history = new DenseJoint(model.Parameters, Slices);
        history.Clamp([.. Enumerable.Range(0, values.Length).Where(i => !double.IsNaN(values[i])).Select(i => (i, values[i]))]);
        GaussianHistory stream = After(model, values.AsSpan(0, History * D));
        int[] unseen = [.. Enumerable.Range(0, values.Length).Where(i => double.IsNaN(values[i]))];
        CellAddress Address(int cell) => new(cell % D, (cell / D) + 1 - History);
        double worst = 0;
        for (int set = 0; set < 100; set++)
        {
            var rng = new Rng(54).For(set);
            int[] order = new int[unseen.Length];
            rng.Permutation(order);
            int[] clamped = [.. order.Take(rng.Below(60)).Select(i => unseen[i])];
            int[] related = [.. order.Skip(60).Take(3).Select(i => unseen[i])];
            int[] asked = [.. order.Skip(62).Take(12).Select(i => unseen[i])];
            (int Cell, double Value)[] known = [.. clamped.Select(cell => (cell, truth[cell] + rng.Normal()))];
            ClampTerm[] terms = [.. related.Select((cell, k) => new ClampTerm(Address(cell), 1 + k))];

            // Of a Gaussian, the cells that a question is about are a block.
            int[] cells = [.. clamped.Concat(related).Concat(asked).Distinct()];
            double[,] form = new double[1, cells.Length];
            for (int k = 0; k < related.Length; k++)
            {
                form[0, Array.IndexOf(cells, related[k])] = 1 + k;
            }

            DenseJoint dense = history.Marginal(cells);
            double evidence = dense.Clamp([.. known.Select(cell => (Array.IndexOf(cells, cell.Cell), cell.Value))]) + dense.Condition(form, [10]);
            GaussianAnswer answer = stream.Answer(new Question
            {
                Clamps = [.. known.Select(cell => Clamp.Equal(Address(cell.Cell), cell.Value)), Clamp.Linear(terms, 10, 10)],
                Asked = [.. asked.Select(Address)],
            });
            Assert.Equal(evidence, answer.LogEvidence, Tolerance * (1 + Math.Abs(evidence)));
            for (int i = 0; i < asked.Length; i++)
            {
                int row = Array.IndexOf(cells, asked[i]);
                worst = Math.Max(worst, Math.Abs(dense.Mean[row] - answer.Cells[i].Mean));
                for (int j = 0; j < asked.Length; j++)
                {
                    worst = Math.Max(worst, Math.Abs(dense.Covariance[row, Array.IndexOf(cells, asked[j])] - answer.Covariance(i, j)));
                }
            }
        }

        output.WriteLine($"largest difference of a mean or covariance: {worst:E1}");
        Assert.InRange(worst, 0, Tolerance);
    }

    [Fact]
    public void States_driven_by_less_noise_than_they_have_numbers_and_channels_without_noise_need_no_special_case()
    {
        const int Slices = 6;
        Gen<int> seeds = Gen.Choose(1, 1 << 20);
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(100).WithReplay(41, 43), Prop.ForAll(seeds.ToArbitrary(), seed =>
        {
            StateSpaceParameters p = RandomSystems.Parameters(2, 2, (ulong)seed) with
            {
                ProcessNoise = new double[,] { { 1, 0.5 }, { 0.5, 0.25 } },
                ObservationNoise = new double[,] { { 0, 0 }, { 0, 0.5 } },
            };
            var model = new GaussianModel(RandomSystems.Channels(2), p);
            double[] values = RandomSystems.Draw(model, Slices, (ulong)seed);
            values[5] = values[9] = double.NaN;
            var dense = new DenseJoint(p, Slices + 1);
            double likelihood = dense.Clamp([.. Enumerable.Range(0, values.Length).Where(i => !double.IsNaN(values[i])).Select(i => (i, values[i]))]);
            GaussianHistory stream = After(model, values);
            GaussianAnswer answer = stream.Answer(new Question { Asked = [new CellAddress(1, -3), new CellAddress(1, -1), new CellAddress(0, 1)] });
            Assert.Equal(likelihood, stream.LogLikelihood, 1e-7 * (1 + Math.Abs(likelihood)));
            foreach ((int row, int i) in new[] { 5, 9, 12 }.Select((row, i) => (row, i)))
            {
                Assert.Equal(dense.Mean[row], answer.Cells[i].Mean, 1e-7 * (1 + Math.Abs(dense.Mean[row])));
                Assert.Equal(dense.Covariance[row, row], answer.Covariance(i, i), 1e-7);
            }
        }));
    }

    [Fact]
    public void A_cell_of_the_history_that_is_asked_for_counts_as_not_seen()
    {
        GaussianModel model = RandomSystems.Model(2, 2, 61);
        double[] values = RandomSystems.Draw(model, 6, 62);
        var cell = new CellAddress(1, -2);
        double[] holed = (double[])values.Clone();
        holed[7] = double.NaN;
        Posterior asked = After(model, values).Answer(new Question { Asked = [cell] }).Cells[0];
        Posterior hole = After(model, holed).Answer(new Question { Asked = [cell] }).Cells[0];
        Assert.Equal(hole.Mean, asked.Mean);
        Assert.Equal(hole.StandardDeviation, asked.StandardDeviation);
        Assert.True(asked.StandardDeviation > 0);
    }

    [Fact]
    public void A_clamp_may_repeat_what_was_seen_but_not_deny_it()
    {
        GaussianModel model = RandomSystems.Model(2, 2, 61);
        GaussianHistory stream = After(model, [1, 2, 3, 4]);
        Clamp repeated = Clamp.Equal(new CellAddress(1, 0), 4);
        Clamp denied = Clamp.Equal(new CellAddress(0, -1), 1.5);
        var next = new CellAddress(0, 1);
        GaussianAnswer plain = stream.Answer(new Question { Asked = [next] });
        GaussianAnswer again = stream.Answer(new Question { Asked = [next], Clamps = [repeated] });
        Assert.Equal(plain.Cells[0].Mean, again.Cells[0].Mean, 1e-14);
        Assert.Equal(0, again.LogEvidence, 1e-12);
        Assert.Equal(denied, Assert.Throws<ContradictionException>(() => stream.Answer(new Question { Asked = [next], Clamps = [repeated, denied] })).Clamp);
        Assert.Contains("expected -1 (the first slice of the history)", Assert.Throws<InputException>(() => stream.Answer(new Question { Asked = [new CellAddress(0, -2)] })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Slices_known_in_advance_are_clamps()
    {
        GaussianHistory stream = After(RandomSystems.Model(2, 2, 61), [1, 2, 3, 4]);
        var asked = new CellAddress(0, 1);
        GaussianAnswer future = stream.Answer(new Question { Asked = [asked] }, new AnswerOptions { Future = [new Slice(2, [double.NaN, 1]), new Slice(3, [0.5, double.NaN])] });
        GaussianAnswer clamps = stream.Answer(new Question { Asked = [asked], Clamps = [Clamp.Equal(new CellAddress(1, 1), 1), Clamp.Equal(new CellAddress(0, 2), 0.5)] });
        Assert.Equal(clamps.Cells[0].Mean, future.Cells[0].Mean);
        Assert.Equal(clamps.LogEvidence, future.LogEvidence);
    }

    [Fact]
    public void Long_streams_settle_and_still_equal_step_by_step_filtering()
    {
        GaussianModel model = RandomSystems.Model(3, 2, 71);
        double[] values = RandomSystems.Draw(model, 3000, 72);
        GaussianHistory whole = After(model, values);
        GaussianHistory parts = After(model, values.AsSpan(0, 2 * 2000));
        double before = parts.LogLikelihood;
        parts = parts.Then(Enumerable.Range(2000, 500).Select(t => new Slice(t, values.AsSpan(t * 2, 2).ToArray())));
        parts = parts.Then(Enumerable.Range(2500, 500).Select(t => new Slice(t, values.AsSpan(t * 2, 2).ToArray())));
        Assert.True(parts.LogLikelihood < before);
        Assert.Equal(whole.LogLikelihood, parts.LogLikelihood, 1e-8);
        var asked = new Question { Asked = [new CellAddress(0, -2900), new CellAddress(1, -2900)] };
        var early = After(model, values.AsSpan(0, 2 * 400)).Answer(new Question { Asked = [new CellAddress(0, -300), new CellAddress(1, -300)] });
        GaussianAnswer late = whole.Answer(asked);
        Assert.Equal(early.Cells[0].Mean, late.Cells[0].Mean, 1e-10);
        Assert.Equal(early.Covariance(0, 1), late.Covariance(0, 1), 1e-10);
    }

    internal static GaussianHistory After(GaussianModel model, ReadOnlySpan<double> values)
    {
        int d = model.Channels.Count;
        var slices = new List<Slice>();
        for (int t = 0; t < values.Length / d; t++)
        {
            slices.Add(new Slice(t, values.Slice(t * d, d).ToArray()));
        }

        return model.After(slices);
    }
}
