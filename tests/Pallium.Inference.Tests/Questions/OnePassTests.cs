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

    [Fact]
    public void Intervals_are_told_to_need_effort()
    {
        Session session = Simulated.WalkModel.After(Simulated.Walk(100, 6));
        var question = new Question { Clamps = [Clamp.Between(new(0, 3), 0, 1)], Asked = [new(0, 2)] };
        Assert.Contains("intervals", Assert.Single(session.Answer(question, Once).Warnings), StringComparison.Ordinal);
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
