using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class OnePassTests
{
    private static readonly AnswerOptions Once = new() { Effort = 0 };

    /// <summary>The base alone is Gaussian: one pass is then the exact smoother, whatever cells of whatever slices are known.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    [InlineData(5)]
    [InlineData(6)]
    public void One_pass_of_the_base_alone_is_the_closed_form(int set)
    {
        WorldModel model = Simulated.WalkModel;
        Session session = model.After(Simulated.Walk(100, 6));
        Question question = Draw(set, 9);
        (double[] means, double[] deviations, _) = ClosedForm.Answer(model, session.State, question);
        Answer answer = session.Answer(question, Once);
        Assert.Empty(answer.Warnings);
        for (int i = 0; i < means.Length; i++)
        {
            // Known values are doubted by a millionth of their variance, and rounded ones have a least spread.
            Assert.Equal(means[i], answer.Cells[i].Mean, 1e-4);
            Assert.Equal(deviations[i], answer.Cells[i].StandardDeviation, 1e-4);
        }
    }

    [Fact]
    public void Far_ahead_without_clamps_the_spread_is_that_of_the_paths()
    {
        WorldModel model = Simulated.WalkModel;
        Session session = model.After(Simulated.Walk(100, 6));
        var question = new Question { Asked = [new(0, 90), new(2, 90)] };
        (double[] means, double[] deviations, _) = ClosedForm.Answer(model, session.State, new Question { Asked = [new(0, 60), new(2, 60)] });
        Answer answer = session.Answer(question, Once);
        for (int i = 0; i < means.Length; i++)
        {
            Assert.Equal(means[i], answer.Cells[i].Mean, 0.05);
            Assert.InRange(answer.Cells[i].StandardDeviation / deviations[i], 0.99, 1.02);
        }
    }

    /// <summary>With many more known cells than count, those left out hardly matter.</summary>
    [Fact]
    public void A_hole_among_many_known_slices_is_the_closed_form()
    {
        WorldModel model = Simulated.WalkModel;
        Frame frame = Simulated.Walk(300, 7);
        Slice[] slices = [.. Simulated.Slices(frame)];
        Session session = model.Begin();
        foreach (Slice slice in slices[..100])
        {
            session.Advance(slice);
        }

        var holes = new Question { Asked = [new(0, -150), new(1, -150), new(0, -100)] };
        Answer answer = session.Answer(slices[100..], holes, Once);
        Session near = session.Fork();
        foreach (Slice slice in slices[100..198])
        {
            near.Advance(slice);
        }

        // The second hole, from a stream that has seen everything before it, and the few slices behind it.
        Clamp[] clamps = [.. Enumerable.Range(0, 12).SelectMany(h => Enumerable.Range(0, 3).Where(c => h > 0 || c > 0).Select(c => Clamp.Equal(new(c, h + 2), slices[199 + h].Values[c]))), .. Enumerable.Range(0, 3).Select(c => Clamp.Equal(new(c, 1), slices[198].Values[c]))];
        (double[] means, double[] deviations, _) = ClosedForm.Answer(model, near.State, new Question { Clamps = clamps, Asked = [new(0, 2)] });
        Assert.Equal(means[0], answer.Cells[2].Mean, 1e-3);
        Assert.Equal(deviations[0], answer.Cells[2].StandardDeviation, 1e-3);
    }

    [Fact]
    public void Later_cells_of_every_kind_inform_one_pass_as_they_do_the_sampler()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        var question = new Question
        {
            Clamps = [Clamp.Equal(new(0, 4), 17), Clamp.Equal(new(3, 4), 2), Clamp.Equal(new(1, 3), 2.5), Clamp.Equal(new(2, 3), 0)],
            Asked = [new(0, 3), new(0, 2), new(3, 3)],
        };
        Answer once = session.Answer(question, Once);
        Answer blind = session.Answer(question with { Clamps = [] }, Once);
        Answer sampled = session.Answer(question, new AnswerOptions { Effort = 4000, Threads = 1 });
        for (int i = 0; i < 2; i++)
        {
            double gap = Math.Abs(once.Cells[i].Mean - sampled.Cells[i].Mean);
            Assert.True(gap < 0.5 * Math.Abs(blind.Cells[i].Mean - sampled.Cells[i].Mean), $"{i}: {once.Cells[i].Mean} {sampled.Cells[i].Mean} {blind.Cells[i].Mean}");
        }

        Assert.True(once.Cells[2].LogProbability(2) > blind.Cells[2].LogProbability(2));
    }

    /// <summary>Of one interval the base alone is exact: other cells follow the interval's cell linearly, and of that the moments within are known.</summary>
    [Theory]
    [InlineData(3, 0.5, 1.5)]
    [InlineData(1, -1, double.PositiveInfinity)]
    [InlineData(3, double.NegativeInfinity, -1)]
    public void One_interval_in_one_pass_of_the_base_alone_is_exact(int offset, double low, double high)
    {
        WorldModel model = Simulated.WalkModel;
        Session session = model.After(Simulated.Walk(100, 6));
        var within = new CellAddress(0, offset);
        CellAddress[] others = [new(0, 2), new(1, offset), new(2, 5)];
        Clamp[] values = [Clamp.Equal(new(1, 2), 0.3), Clamp.Equal(new(2, 4), -0.2)];
        (double[] means, double[] deviations, double logEvidence) = ClosedForm.Answer(model, session.State, new Question { Clamps = values, Asked = [within, .. others] });
        (double[] at, double[] left, _) = ClosedForm.Answer(model, session.State, new Question { Clamps = [.. values, Clamp.Equal(within, 1)], Asked = others });
        double half = model.Schema.Channels[0].Resolution / 2;
        (double a, double b) = ((low - half - means[0]) / deviations[0], (high + half - means[0]) / deviations[0]);
        (double mean, double variance) = Pallium.Learning.NormalInterval.Moments(a, b);

        Answer answer = session.Answer(new Question { Clamps = [.. values, Clamp.Between(within, low, high)], Asked = [within, .. others] }, Once);
        Assert.Empty(answer.Warnings);
        Assert.Equal(means[0] + (deviations[0] * mean), answer.Cells[0].Mean, 2e-3);
        Assert.Equal(deviations[0] * Math.Sqrt(variance), answer.Cells[0].StandardDeviation, 5e-3);
        for (int i = 0; i < others.Length; i++)
        {
            double slope = (at[i] - means[i + 1]) / (1 - means[0]);
            Assert.Equal(means[i + 1] + (slope * deviations[0] * mean), answer.Cells[i + 1].Mean, 1e-3);
            double spread = (left[i] * left[i]) + (slope * slope * deviations[0] * deviations[0] * variance);
            Assert.Equal(Math.Sqrt(spread), answer.Cells[i + 1].StandardDeviation, 1e-3);
        }

        Assert.Equal(logEvidence + Pallium.Learning.NormalInterval.LogMass(a, b), answer.LogEvidence, 0.05);
    }

    /// <summary>Intervals, sets and bounded asked cells of every kind: much nearer to the sampler's answer than without them.</summary>
    [Fact]
    public void Intervals_and_sets_of_every_kind_inform_one_pass_as_they_do_the_sampler()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        var question = new Question
        {
            Clamps = [Clamp.Between(new(0, 3), 14, 16), Clamp.Between(new(0, 4), 13, double.PositiveInfinity), Clamp.OneOf(new(3, 2), [0, 1]), Clamp.Between(new(1, 2), 1, 3)],
            Asked = [new(0, 2), new(0, 3), new(1, 2), new(3, 2), new(3, 3)],
        };
        Answer once = session.Answer(question, Once);
        Answer blind = session.Answer(question with { Clamps = [] }, Once);
        Answer sampled = session.Answer(question, new AnswerOptions { Effort = 8000, Threads = 2 });
        Assert.Empty(once.Warnings);
        for (int i = 0; i < 3; i++)
        {
            double gap = Math.Abs(once.Cells[i].Mean - sampled.Cells[i].Mean);
            Assert.True(gap < 0.5 * Math.Abs(blind.Cells[i].Mean - sampled.Cells[i].Mean), $"{i}: {once.Cells[i].Mean} {sampled.Cells[i].Mean} {blind.Cells[i].Mean}");
        }

        Assert.InRange(once.Cells[1].Quantile(0.001), 13.9, 16.1);
        Assert.InRange(once.Cells[1].Quantile(0.999), 13.9, 16.1);
        Assert.InRange(once.Cells[2].Quantile(0.5), 1, 3);
        Assert.Equal(0, Math.Exp(once.Cells[3].LogProbability(2)));
        Assert.Equal(1, once.Cells[3].Outcomes.Sum(outcome => outcome.Probability), 1e-12);
    }

    [Fact]
    public void A_bounded_cell_of_a_single_slice_is_answered_too()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41));
        Answer once = session.Answer(new Question { Clamps = [Clamp.OneOf(new(3, 1), [1, 2])], Asked = [new(3, 1), new(0, 1)] }, Once);
        Answer free = session.Answer(new Question { Asked = [new(3, 1)] }, Once);
        double kept = Math.Exp(free.Cells[0].LogProbability(1)) + Math.Exp(free.Cells[0].LogProbability(2));
        Assert.Equal(Math.Exp(free.Cells[0].LogProbability(1)) / kept, Math.Exp(once.Cells[0].LogProbability(1)), 1e-6);
        Assert.True(double.IsFinite(once.Cells[1].Mean) && once.LogEvidence < 0, $"{once.Cells[1].Mean} {once.LogEvidence}");
    }

    [Fact]
    public void Relations_are_told_to_need_effort()
    {
        Session session = Simulated.WalkModel.After(Simulated.Walk(100, 6));
        var question = new Question { Clamps = [Clamp.Linear([new(new(0, 3), 1), new(new(1, 3), 1)], 0, 1)], Asked = [new(0, 2)] };
        Assert.Contains("relations", Assert.Single(session.Answer(question, Once).Warnings), StringComparison.Ordinal);
    }

    private static Question Draw(int set, int slices)
    {
        var rng = new Rng(3).For(set);
        var clamps = new List<Clamp>();
        var asked = new List<CellAddress>();
        for (int h = 1; h <= slices; h++)
        {
            for (int c = 0; c < 3; c++)
            {
                var cell = new CellAddress(c, h);
                if (rng.Uniform() < 0.1 * set)
                {
                    clamps.Add(Clamp.Equal(cell, Math.Round(rng.Normal(), 3)));
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
