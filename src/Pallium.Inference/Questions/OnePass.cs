namespace Pallium.Inference;

/// <summary>The answer in one pass: unknown slices are passed as holes, and each asked cell is answered from what is known, of later slices by the base
/// and, where the model has slept, by its answer network.</summary>
internal sealed class OnePass(WorldEngine engine, AnswerNetwork? asleep, StreamState start, QuestionPlan plan)
{
    /// <summary>Whether one pass is all there is to say: one slice, of which nothing but values is known.</summary>
    public static bool IsExact(QuestionPlan plan, Question question) =>
        plan.Slices.Count == 1 && question.Events.Count == 0 && plan.Relations.Count == 0 && !BoundedCells.Any(plan.Slices);

    /// <summary>The answer.</summary>
    public Answer Answer(Question question)
    {
        var observer = new SliceObserver(engine);
        var walk = new OnePassWalk(engine, start, plan.Slices, observer);
        var rows = new AnswerRows(engine, plan.Slices);
        ILookup<int, CellAddress> within = question.Asked.Where(cell => plan.Slices[plan.IndexOf(cell)].Cells[cell.Channel].IsBounded).ToLookup(plan.IndexOf);
        var bounded = new Dictionary<CellAddress, Posterior>();
        double logEvidence = walk.LogBounds;
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
                foreach (CellAddress cell in within[walk.Index])
                {
                    bounded[cell] = Within(walk, cell.Channel);
                }
            }
        }

        CellPosterior?[]?[] answers = Answers(rows);
        Posterior[] posteriors =
        [
            .. question.Asked.Select(cell => bounded.TryGetValue(cell, out Posterior? own) ? own : answers[plan.IndexOf(cell)]![cell.Channel]
                ?? (Posterior)new SamplePosterior(engine.Schema.Channels[cell.Channel], [plan.Slices[plan.IndexOf(cell)].Cells[cell.Channel].Value])),
        ];
        return new Answer(posteriors)
        {
            LogEvidence = logEvidence,
            StandardErrors = new double[posteriors.Length],
            Warnings = Warnings(),
        };
    }

    /// <summary>What is believed of a bounded cell.</summary>
    private Posterior Within(OnePassWalk walk, int channel)
    {
        walk.Ask(except: channel);
        var questions = new QuestionBatch(engine);
        questions.Add(walk.Gaussian, walk.Coordinates, walk.Known, walk.Features, walk.Elapsed, channel);
        questions.Answer(walk.State.Network, walk.Ahead);
        return questions.Cell(0, channel, walk.Ahead).Within(CellBounds.Of(plan.Slices[walk.Index].Cells[channel], 0));
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
        plan.Relations.Count > 0 ? ["The answer in one pass takes no account of relations between cells: ask with an effort of 1024, say."] : [];
}
