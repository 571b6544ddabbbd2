namespace Pallium.Inference;

/// <summary>Answers questions about a stream by sampling, or in one pass.</summary>
/// <param name="engine">The model.</param>
/// <param name="asleep">What it learned asleep about answers in one pass; null: nothing.</param>
internal sealed class QuestionAnswerer(WorldEngine engine, AnswerNetwork? asleep = null)
{
    /// <summary>Answers a question.</summary>
    public Answer Answer(StreamState state, IReadOnlyList<Slice> since, Question question, AnswerOptions options, CancellationToken cancellation)
    {
        Check(question, options);
        var plan = new QuestionPlan(engine.Schema, state.Time, since, question, options);
        StreamState start = state.Copy();
        var observer = new SliceObserver(engine);
        foreach (Slice slice in since.Take(plan.Skipped))
        {
            observer.Advance(start, slice.Time, slice.Values);
        }

        Answer answer = options.Effort == 0 || (!options.Samples && OnePass.IsExact(plan, question))
            ? new OnePass(engine, asleep, start, plan).Answer(question)
            : new QuestionSampler(new WorldParticles(engine, start, plan.Slices), plan, question, options).Answer(cancellation);
        bool informed = start.Count > 0 || question.Clamps.Count > 0 || options.Future is not null || start.Statics.Any(double.IsFinite);
        return informed ? answer : answer with { Warnings = [.. answer.Warnings, "Nothing is known, so that nothing informs the answer: it is how the cells usually are."] };
    }

    private static void Check(Question question, AnswerOptions options)
    {
        if (options.Effort < 0)
        {
            throw new InputException($"Option effort: found {options.Effort}, expected a whole number of at least 0.");
        }

        if (options.Effort == 0 && question.Events.Count > 0)
        {
            throw new InputException("Option effort: found 0 with an event, whose probability is counted on samples; expected at least 1.");
        }

        if (options.Every is not (null or (> 0 and < double.PositiveInfinity)))
        {
            throw new InputException(FormattableString.Invariant($"Option every: found {options.Every}, expected a positive number."));
        }

        if (options.Tolerance is not (null or > 0))
        {
            throw new InputException(FormattableString.Invariant($"Option tolerance: found {options.Tolerance}, expected a positive number."));
        }
    }
}
