using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Answers questions about a stream by sampling, or in one pass.</summary>
/// <param name="engine">The model.</param>
/// <param name="asleep">What it learned asleep about answers in one pass; null: nothing.</param>
internal sealed class QuestionAnswerer(WorldEngine engine, AnswerNetwork? asleep = null)
{
    /// <summary>Paths of the first of the runs that a tolerance is pursued with; each further one has twice as many.</summary>
    private const int FirstRun = 256;

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
            : Sampled(new WorldParticles(engine, start, plan.Slices), plan, question, options, cancellation);
        bool informed = start.Count > 0 || question.Clamps.Count > 0 || options.Future is not null || start.Statics.Any(double.IsFinite);
        return informed ? answer : answer with { Warnings = [.. answer.Warnings, "Nothing is known, so that nothing informs the answer: it is how the cells usually are."] };
    }

    /// <summary>The answer from sampled paths: of one run, or of as many as a tolerance needs.</summary>
    public static Answer Sampled(IParticleModel model, QuestionPlan plan, Question question, AnswerOptions options, CancellationToken cancellation)
    {
        int most = Math.Max(2, options.Effort + (options.Effort & 1));
        CheckMemory(model, most, options);
        var lookahead = new Lookahead(model, looks: true);
        var runs = new List<SampledPaths>();
        try
        {
            for (int spent = 0; ;)
            {
                int count = options.Tolerance is null ? most : Math.Min(FirstRun << runs.Count, most - spent);
                ulong seed = runs.Count == 0 ? options.Seed : new Rng(options.Seed).For("run").For(runs.Count).NextBits();
                runs.Add(ParticleSampler.Run(
                    model,
                    new SamplerOptions(count, seed) { Threads = options.Threads ?? Environment.ProcessorCount, Keep = plan.Keep, Relations = plan.Relations, Lookahead = lookahead },
                    cancellation));
                spent += count;
                using var paths = new PathSet(runs);
                Answer answer = new PathSummary(paths, model.Layout.Schema.Channels, plan).Answer(question);
                if (spent >= most || IsWithin(answer, options.Tolerance))
                {
                    return answer;
                }
            }
        }
        finally
        {
            runs.ForEach(run => run.Dispose());
        }
    }

    private static bool IsWithin(Answer answer, double? tolerance)
    {
        // Of an event that no path fulfils, or every one, the error is told by how many paths there were.
        bool Exceeds(double error, double deviation) => error > tolerance * deviation;
        bool EventExceeds(double p, double error) =>
            p is > 0 and < 1 ? Exceeds(error, Math.Sqrt(p * (1 - p))) : Exceeds(1, Math.Sqrt(answer.EffectiveSampleSize));
        return !answer.Cells.Where((cell, i) => Exceeds(answer.StandardErrors[i], cell.StandardDeviation)).Any()
            && !answer.Events.Where((p, i) => EventExceeds(p, answer.EventErrors[i])).Any();
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

        if (options.Tolerance is not (null or > 0))
        {
            throw new InputException(FormattableString.Invariant($"Option tolerance: found {options.Tolerance}, expected a positive number."));
        }
    }

    private static void CheckMemory(IParticleModel model, int count, AnswerOptions options)
    {
        long memory = ParticleSampler.Memory(model, count);
        if (memory > options.MemoryCap)
        {
            throw new InputException(FormattableString.Invariant(
                $"Option effort: {count} paths of {model.Slices.Count} slices need {(memory >> 20) + 1} MB, expected at most the cap of {options.MemoryCap >> 20} MB: ask with less effort, over fewer slices, or raise the cap."));
        }
    }
}
