namespace Pallium.Inference;

/// <summary>The answer in one pass: unknown slices are passed as holes, and each asked cell is answered from what is known, of later slices by the base
/// and, where the model has slept, by its answer network.</summary>
internal sealed class OnePass(WorldEngine engine, AnswerNetwork? asleep, StreamState start, QuestionPlan plan)
{
    /// <summary>Whether one pass is all there is to say: one slice, of which nothing but values is known.</summary>
    public static bool IsExact(QuestionPlan plan, Question question) =>
        plan.Slices.Count == 1 && question.Events.Count == 0 && plan.Relations.Count == 0 && !Array.Exists(plan.Slices[0].Cells, cell => cell.IsBounded);

    /// <summary>The answer.</summary>
    public Answer Answer(Question question)
    {
        var observer = new SliceObserver(engine);
        var walk = new OnePassWalk(engine, start, plan.Slices, observer);
        var rows = new AnswerRows(engine, plan.Slices);
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
                rows.Ask(walk);
            }
        }

        CellPosterior?[]?[] answers = Answers(rows);
        Posterior[] posteriors =
        [
            .. question.Asked.Select(cell => answers[plan.IndexOf(cell)]![cell.Channel]
                ?? (Posterior)new SamplePosterior(engine.Schema.Channels[cell.Channel], [plan.Slices[plan.IndexOf(cell)].Cells[cell.Channel].Value])),
        ];
        return new Answer(posteriors)
        {
            LogEvidence = logEvidence,
            StandardErrors = new double[posteriors.Length],
            Warnings = Warnings(),
        };
    }

    private CellPosterior?[]?[] Answers(AnswerRows rows)
    {
        if (asleep is null || !Array.Exists(rows.Counts, counts => counts))
        {
            return rows.Before;
        }

        rows.Encode(start);
        return asleep.Answer(rows);
    }

    private string[] Warnings() =>
        plan.Relations.Count > 0 || plan.Slices.Any(slice => Array.Exists(slice.Cells, cell => cell.IsBounded))
            ? ["The answer in one pass takes no account of intervals, sets and relations: ask with more effort."]
            : [];
}
