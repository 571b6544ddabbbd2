namespace Pallium.Inference;

/// <summary>The answer in one pass: unknown slices are passed as holes, and each asked cell is answered from what is known, of later slices by the base.</summary>
internal sealed class OnePass(WorldEngine engine, StreamState start, QuestionPlan plan)
{
    /// <summary>Whether one pass is all there is to say: one slice, of which nothing but values is known.</summary>
    public static bool IsExact(QuestionPlan plan, Question question) =>
        plan.Slices.Count == 1 && question.Events.Count == 0 && plan.Relations.Count == 0 && !Array.Exists(plan.Slices[0].Cells, cell => cell.IsBounded);

    /// <summary>The answer.</summary>
    public Answer Answer(Question question)
    {
        var observer = new SliceObserver(engine);
        var walk = new OnePassWalk(engine, start, plan.Slices, observer);
        var questions = new QuestionBatch(engine);
        var posteriors = new Posterior[question.Asked.Count];
        double logEvidence = 0;
        while (walk.MoveNext())
        {
            int[] order = [.. Enumerable.Range(0, walk.Known.Length).Where(c => walk.Known[c])];
            if (order.Length > 0)
            {
                logEvidence += observer.LogJoint(walk.State, plan.Slices[walk.Index].Time, walk.Values, order);
            }

            if (Array.Exists(plan.Keep[walk.Index], kept => kept))
            {
                CellPosterior?[] cells = Cells(walk, questions);
                for (int i = 0; i < posteriors.Length; i++)
                {
                    CellAddress asked = question.Asked[i];
                    if (plan.IndexOf(asked) == walk.Index)
                    {
                        posteriors[i] = cells[asked.Channel]
                            ?? (Posterior)new SamplePosterior(engine.Schema.Channels[asked.Channel], [walk.Values[asked.Channel]]);
                    }
                }
            }
        }

        return new Answer(posteriors)
        {
            LogEvidence = logEvidence,
            StandardErrors = new double[posteriors.Length],
            Warnings = Warnings(),
        };
    }

    private static CellPosterior?[] Cells(OnePassWalk walk, QuestionBatch questions)
    {
        walk.Ask();
        questions.Clear();
        questions.Add(walk.Gaussian, walk.Coordinates, walk.Known, walk.Features, walk.Elapsed);
        questions.Answer(walk.State.Network, walk.Ahead);
        return [.. walk.Known.Select((known, c) => known ? null : questions.Cell(0, c, walk.Ahead))];
    }

    private string[] Warnings() =>
        plan.Relations.Count > 0 || plan.Slices.Any(slice => Array.Exists(slice.Cells, cell => cell.IsBounded))
            ? ["The answer in one pass takes no account of intervals, sets and relations: ask with more effort."]
            : [];
}
