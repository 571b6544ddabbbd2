using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The answer to a question from sampled paths: of one run, of as many as a tolerance needs, and of conditional sweeps where paths collapsed.</summary>
internal sealed class QuestionSampler(IParticleModel model, QuestionPlan plan, Question question, AnswerOptions options)
{
    /// <summary>Paths of the first of the runs that a tolerance is pursued with; each further one has twice as many.</summary>
    private const int FirstRun = 256;

    /// <summary>Kept paths, whose sweeps may run at the same time.</summary>
    private const int Chains = 4;

    /// <summary>Paths of a sweep. Many small sweeps are worth more than a few large ones.</summary>
    private const int SweepPaths = 16;

    /// <summary>Sweeps of a kept path that an error can be told from.</summary>
    private const int LeastRounds = 4;

    private readonly int _threads = options.Threads ?? Environment.ProcessorCount;
    private readonly Lookahead _lookahead = new(model, looks: true);
    private readonly int _most = Math.Max(2, options.Effort + (options.Effort & 1));

    /// <summary>Samples, and sums up.</summary>
    /// <exception cref="InputException">The paths need more memory than the cap.</exception>
    /// <exception cref="ContradictionException">No path can fulfil the clamps.</exception>
    public Answer Answer(CancellationToken cancellation)
    {
        CheckMemory();
        var runs = new List<SampledPaths>();
        try
        {
            SamplerOptions? first = null;
            for (int spent = 0; ;)
            {
                int count = options.Tolerance is null ? _most : Math.Min(FirstRun << runs.Count, _most - spent);
                ulong seed = runs.Count == 0 ? options.Seed : new Rng(options.Seed).For("run").For(runs.Count).NextBits();
                SamplerOptions own = OptionsOf(count, seed);
                first ??= own;
                runs.Add(ParticleSampler.Run(model, own, cancellation));
                spent += count;
                Answer answer = Summary(runs, chains: 0);
                if (Collapsed(answer))
                {
                    return Swept(runs[0], first, answer, cancellation);
                }

                if (spent >= _most || IsWithin(answer))
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

    /// <summary>Whether sweeps do better than more paths of the same sort.</summary>
    private bool Collapsed(Answer answer) =>
        options.Sweeps && model.Slices.Count > 1 && _most >= Chains * SweepPaths * LeastRounds && PathSummary.IsDegenerate(answer);

    /// <summary>The answer of sweeps, of as many paths as the effort says, beside paths of a collapsed run.</summary>
    private Answer Swept(SampledPaths first, SamplerOptions sampled, Answer before, CancellationToken cancellation)
    {
        // The first run's look-ahead is in its options: it is worked out once for all.
        ConditionalSweeps[] chains = [.. Enumerable.Range(0, Chains).Select(chain => ConditionalSweeps.Begin(model, first, sampled, SweepPaths, chain))];
        List<SampledPaths>[] runs = [.. chains.Select(_ => new List<SampledPaths>())];
        using var runner = new ChunkRunner(Math.Min(Chains, _threads));
        try
        {
            int most = _most / (Chains * SweepPaths);
            for (int rounds = options.Tolerance is null ? most : LeastRounds; ; rounds = Math.Min(2 * rounds, most))
            {
                runner.Run(Chains, chain =>
                {
                    while (runs[chain].Count < rounds)
                    {
                        runs[chain].Add(chains[chain].Next(first.LogEvidence, cancellation));
                    }
                });
                Answer answer = Summary([.. runs.SelectMany(own => own)], Chains);
                if (rounds == most || IsWithin(answer))
                {
                    return answer with
                    {
                        Effort = before.Effort + answer.Effort,
                        Sweeps = new SweepReport(Chains * rounds, chains.Sum(chain => chain.Tried), chains.Sum(chain => chain.Accepted), (double)chains.Sum(chain => chain.Cost) / model.Slices.Count),
                    };
                }
            }
        }
        finally
        {
            Array.ForEach(runs, own => own.ForEach(run => run.Dispose()));
        }
    }

    private SamplerOptions OptionsOf(int count, ulong seed) => new(count, seed) { Threads = _threads, Keep = plan.Keep, Relations = plan.Relations, Lookahead = _lookahead };

    private Answer Summary(IReadOnlyList<SampledPaths> runs, int chains)
    {
        using var paths = new PathSet(runs, chains);
        return new PathSummary(paths, model.Layout.Schema.Channels, plan).Answer(question);
    }

    private bool IsWithin(Answer answer)
    {
        // Of an event that no path fulfils, or every one, the error is told by how many paths there were.
        bool Exceeds(double error, double deviation) => error > options.Tolerance * deviation;
        bool EventExceeds(double p, double error) =>
            p is > 0 and < 1 ? Exceeds(error, Math.Sqrt(p * (1 - p))) : Exceeds(1, Math.Sqrt(answer.EffectiveSampleSize));
        return !answer.Cells.Where((cell, i) => Exceeds(answer.StandardErrors[i], cell.StandardDeviation)).Any()
            && !answer.Events.Where((p, i) => EventExceeds(p, answer.EventErrors[i])).Any();
    }

    private void CheckMemory()
    {
        long memory = ParticleSampler.Memory(model, _most);
        if (memory > options.MemoryCap)
        {
            throw new InputException(FormattableString.Invariant(
                $"Option effort: {_most} paths of {model.Slices.Count} slices need {(memory >> 20) + 1} MB, expected at most the cap of {options.MemoryCap >> 20} MB: ask with less effort, over fewer slices, or raise the cap."));
        }
    }
}
