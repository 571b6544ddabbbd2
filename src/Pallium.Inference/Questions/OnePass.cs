using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The answer in one pass: unknown slices are passed as holes, and each asked cell is answered from what is known up to its slice.</summary>
internal sealed class OnePass(WorldEngine engine, StreamState start, QuestionPlan plan)
{
    /// <summary>Whether one pass is all there is to say: one slice, of which nothing but values is known.</summary>
    public static bool IsExact(QuestionPlan plan, Question question) =>
        plan.Slices.Count == 1 && question.Events.Count == 0 && plan.Relations.Count == 0 && !Array.Exists(plan.Slices[0].Cells, cell => cell.IsBounded);

    /// <summary>The answer.</summary>
    public Answer Answer(Question question)
    {
        var observer = new SliceObserver(engine);
        StreamState state = start.Copy();
        var posteriors = new Posterior[question.Asked.Count];
        double logEvidence = 0;
        for (int h = 0; h < plan.Slices.Count; h++)
        {
            SlicePlan slice = plan.Slices[h];
            double[] values = [.. slice.Cells.Select(cell => cell.Value)];
            bool[] known = [.. slice.Cells.Select(cell => cell.Role == CellRole.Known)];
            int[] order = [.. Enumerable.Range(0, known.Length).Where(c => known[c])];
            if (order.Length > 0)
            {
                logEvidence += observer.LogJoint(state, slice.Time, values, order);
            }

            if (Array.Exists(plan.Keep[h], kept => kept))
            {
                CellPosterior?[] cells = observer.Answer(state, slice.Time, values, known);
                for (int i = 0; i < posteriors.Length; i++)
                {
                    CellAddress asked = question.Asked[i];
                    if (plan.IndexOf(asked) == h)
                    {
                        posteriors[i] = cells[asked.Channel]
                            ?? (Posterior)new SamplePosterior(engine.Schema.Channels[asked.Channel], [values[asked.Channel]]);
                    }
                }
            }

            if (h + 1 < plan.Slices.Count)
            {
                observer.Advance(state, slice.Time, values);
            }
        }

        return new Answer(posteriors)
        {
            LogEvidence = logEvidence,
            StandardErrors = new double[posteriors.Length],
            Warnings = Warnings(question),
        };
    }

    private string[] Warnings(Question question)
    {
        var warnings = new List<string>();
        int last = question.Asked.Max(cell => cell.Offset);
        if (plan.Relations.Count > 0 || plan.Slices.Any(slice => Array.Exists(slice.Cells, cell => cell.IsBounded)))
        {
            warnings.Add("The answer in one pass takes no account of intervals, sets and relations: ask with more effort.");
        }

        if (question.Clamps.Any(clamp => clamp.Terms.Any(term => term.Cell.Offset > last)))
        {
            warnings.Add("The answer in one pass takes no account of what is known of later slices: ask with more effort.");
        }

        return [.. warnings];
    }
}
