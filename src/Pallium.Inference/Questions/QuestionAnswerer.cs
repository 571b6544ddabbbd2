namespace Pallium.Inference;

/// <summary>Answers questions about a stream by sampling, or in one pass.</summary>
internal sealed class QuestionAnswerer(WorldEngine engine)
{
    /// <summary>Answers a question.</summary>
    public Answer Answer(StreamState state, IReadOnlyList<Slice> since, Question question, AnswerOptions options, CancellationToken cancellation)
    {
        if (options.Effort < 0)
        {
            throw new InputException($"Option effort: found {options.Effort}, expected a whole number of at least 0.");
        }

        var plan = new QuestionPlan(engine.Schema, state.Time, since, question, options);
        StreamState start = state.Copy();
        var observer = new SliceObserver(engine);
        foreach (Slice slice in since.Take(plan.Skipped))
        {
            observer.Advance(start, slice.Time, slice.Values);
        }

        if (options.Effort == 0 || OnePass.IsExact(plan, question))
        {
            if (question.Events.Count > 0)
            {
                throw new InputException("Option effort: found 0 with an event, whose probability is counted on samples; expected at least 1.");
            }

            return new OnePass(engine, start, plan).Answer(question);
        }

        var model = new WorldParticles(engine, start, plan.Slices);
        return Sampled(model, plan, question, options, cancellation);
    }

    /// <summary>The answer from sampled paths.</summary>
    public static Answer Sampled(IParticleModel model, QuestionPlan plan, Question question, AnswerOptions options, CancellationToken cancellation)
    {
        int count = Math.Max(2, options.Effort + (options.Effort & 1));
        long memory = ParticleSampler.Memory(model, count, question.Clamps.Count);
        if (memory > options.MemoryCap)
        {
            throw new InputException(FormattableString.Invariant(
                $"Option effort: {count} paths of {model.Slices.Count} slices need {memory >> 20} MB, expected at most the cap of {options.MemoryCap >> 20} MB: ask with less effort, over fewer slices, or raise the cap."));
        }

        SampledPaths paths = ParticleSampler.Run(
            model,
            new SamplerOptions(count, options.Seed) { Threads = options.Threads ?? Environment.ProcessorCount, Keep = plan.Keep, Relations = plan.Relations },
            cancellation);
        return new PathSummary(paths, model.Layout.Schema.Channels, plan).Answer(question);
    }
}
