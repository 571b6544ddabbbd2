using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ParticleSamplerTests
{
    private static readonly Frame History = Simulated.Walk(100, 6);

    /// <summary>Clamps at several later slices, and a cell in between: the base alone is Gaussian, so the answer has a closed form.</summary>
    [Theory]
    [InlineData(3, 0.5, 6, -1.0)]
    [InlineData(1, 2.5, 8, 3.0)]
    [InlineData(10, -4.0, 12, -4.5)]
    public void Later_clamps_inform_earlier_cells_as_in_closed_form(int firstAt, double first, int secondAt, double second)
    {
        WorldModel model = Simulated.WalkModel;
        Session session = model.After(History);
        var question = new Question
        {
            Clamps = [Clamp.Equal(new(0, firstAt), first), Clamp.Equal(new(1, secondAt), second)],
            Asked = [new(0, 2), new(1, 5), new(2, secondAt)],
        };
        (double[] means, double[] deviations, double logEvidence) = ClosedForm.Answer(model, session.State, question);
        Answer answer = session.Answer(question, new AnswerOptions { Effort = 2048, Threads = 1 });
        for (int i = 0; i < means.Length; i++)
        {
            // 4.5 standard errors of an honest sampler, and what the rounding of recorded values adds.
            double error = (4.5 * deviations[i] / Math.Sqrt(2048)) + 2e-3;
            Assert.InRange(answer.Cells[i].Mean, means[i] - error, means[i] + error);
            Assert.InRange(answer.Cells[i].StandardDeviation, deviations[i] * 0.9, deviations[i] * 1.1);
        }

        Assert.InRange(answer.LogEvidence, logEvidence - 0.05, logEvidence + 0.05);
        Assert.True(answer.EffectiveSampleSize > 1000, $"{answer.EffectiveSampleSize}");
    }
}
