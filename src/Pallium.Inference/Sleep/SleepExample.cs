using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A question as it was read in one pass, and values of its unknown cells to learn from or to judge by.</summary>
/// <param name="Rows">The one pass.</param>
/// <param name="Values">Equally weighted slices, [draws][slices][channels]; NaN where nothing is known.</param>
/// <param name="Block">See <see cref="SleepQuestion"/>.</param>
internal sealed record SleepExample(AnswerRows Rows, double[][][] Values, int Block)
{
    /// <summary>Draws that stand for a refined answer.</summary>
    public const int Draws = 8;

    /// <summary>A question to be judged by what was.</summary>
    public static SleepExample Judged(WorldEngine engine, SleepQuestion question) => new(Read(engine, question), [question.Truths], question.Block);

    /// <summary>A question to be learned from: systematic draws from its refined answer.</summary>
    /// <exception cref="ContradictionException">What is known is impossible to the model.</exception>
    public static SleepExample Refined(WorldEngine engine, SleepQuestion question, int effort, ulong seed)
    {
        int channels = engine.Schema.Channels.Count;
        using SampledPaths run = ParticleSampler.Run(
            new WorldParticles(engine, question.Start, question.Slices), new SamplerOptions(effort + (effort & 1), seed));
        var chosen = new int[Draws];
        Systematic.Draw(run.Weights, new Rng(seed).For("draws").Uniform(), chosen);
        double[][][] values = [.. Enumerable.Range(0, Draws).Select(_ => new double[question.Slices.Length][])];
        var lineage = new int[run.Count];
        for (int h = 0; h < question.Slices.Length; h++)
        {
            run.Lineage(h, lineage);
            for (int i = 0; i < Draws; i++)
            {
                values[i][h] = new double[channels];
                for (int c = 0; c < channels; c++)
                {
                    values[i][h][c] = run.Kept(h, c)[lineage[chosen[i]]];
                }
            }
        }

        return new SleepExample(Read(engine, question), values, question.Block);
    }

    private static AnswerRows Read(WorldEngine engine, SleepQuestion question)
    {
        var rows = new AnswerRows(engine, question.Slices);
        var walk = new OnePassWalk(engine, question.Start, question.Slices, new SliceObserver(engine));
        while (walk.MoveNext())
        {
            if (Array.Exists(walk.Known, known => !known))
            {
                rows.Ask(walk);
            }
        }

        rows.Encode(question.Start);
        return rows;
    }
}
