using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class GaussianHistoryTests
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
        var answer = (GaussianAnswer)stream.Answer(new Question { Clamps = clamps, Asked = asked });
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
