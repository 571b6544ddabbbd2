using Pallium.Numerics;
using Pallium.Shared;

namespace Pallium.Inference.Tests;

/// <summary>A model learned from a linear-Gaussian stream, asked about cells between clamps, against the exact smoother that knows the law.</summary>
public sealed class LearnedSmoothingTests
{
    private const int Channels = 4;
    private const int Slices = 24;

    [Theory]
    [InlineData("none")]
    [InlineData("gru(16)")]
    public void Errors_are_within_ten_percent_of_the_exact_posterior_s(string stack)
    {
        if (stack != "none")
        {
            Assert.SkipUnless(LongForm.IsWanted, "The long form, with PALLIUM_LONG=1.");
        }

        GaussianModel law = RandomSystems.Model(3, Channels, 11);
        WorldModel model = WorldModel.Learn(
            Frame.FromArrays(law.Channels, RandomSystems.Draw(law, 4000, 1)), new LearnOptions { Stack = stack, Threads = 2, Hidden = 32 });
        int sets = LongForm.IsWanted ? 100 : 15;
        double learned = 0;
        double exact = 0;
        double inside = 0;
        int cells = 0;
        for (int set = 0; set < sets; set++)
        {
            const int Past = 200;
            double[] values = RandomSystems.Draw(law, Past + Slices, (ulong)(500 + set));
            Slice[] all = [.. Enumerable.Range(0, Past + Slices).Select(t => new Slice(t, values[(t * Channels)..((t + 1) * Channels)]))];
            Question question = Draw(all[Past..], set);
            Session session = model.Begin();
            foreach (Slice slice in all[..Past])
            {
                session.Advance(slice);
            }

            Answer own = session.Answer(question, new AnswerOptions { Effort = 512, Threads = 2 });
            Answer best = law.After(all[..Past]).Answer(question);
            for (int i = 0; i < question.Asked.Count; i++)
            {
                CellAddress cell = question.Asked[i];
                double truth = all[Past + cell.Offset - 1].Values[cell.Channel];
                double scale = 1 / Math.Pow(best.Cells[i].StandardDeviation, 2);
                learned += scale * Math.Pow(own.Cells[i].Mean - truth, 2);
                exact += scale * Math.Pow(best.Cells[i].Mean - truth, 2);
                inside += own.Cells[i].Interval(0.9).Contains(truth) ? 1 : 0;
                cells++;
            }
        }

        double ratio = Math.Sqrt(learned / exact);
        TestContext.Current.TestOutputHelper!.WriteLine($"{stack}: {ratio:F3} of the exact error, {100 * inside / cells:F1} % inside 90 % intervals, {cells} cells");
        Assert.InRange(ratio, 0.98, 1.10);
        Assert.InRange(inside / cells, 0.87, 0.93);
    }

    private static Question Draw(Slice[] future, int set)
    {
        var rng = new Rng(21).For(set);
        var clamps = new List<Clamp>();
        var asked = new List<CellAddress>();
        for (int h = 1; h <= future.Length; h++)
        {
            for (int c = 0; c < Channels; c++)
            {
                var cell = new CellAddress(c, h);
                if (rng.Uniform() < 1.0 / 3)
                {
                    clamps.Add(Clamp.Equal(cell, future[h - 1].Values[c]));
                }
                else
                {
                    asked.Add(cell);
                }
            }
        }

        return new Question { Clamps = clamps, Asked = asked };
    }
}
