using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Answers a table's question from the joint mixture of a row: in closed form where it can, else from draws.</summary>
internal static class TableAnswer
{
    /// <summary>Draws that an answer takes at least where it takes any.</summary>
    public const int FewestDraws = 256;

    /// <summary>Clamps the equalities, in place; returns their log evidence, in nats.</summary>
    /// <exception cref="ContradictionException">They exclude one another.</exception>
    public static double Clamp(GaussianMixture joint, IReadOnlyList<TableForm> equalities, IReadOnlyList<Channel> channels)
    {
        double evidence = 0;
        foreach (TableForm form in equalities)
        {
            double? density = joint.Clamp(form.Weights, form.Low);
            if (density == double.NegativeInfinity)
            {
                throw EngineQuestion.Contradiction(channels, form.Clamp);
            }

            evidence += density + form.LogWidth ?? 0;
        }

        return evidence;
    }

    /// <summary>The answer under a mixture in which the equalities are clamped already.</summary>
    /// <param name="scales">The channels.</param>
    /// <param name="clamped">The mixture of a row's encoded cells.</param>
    /// <param name="evidence">log p of the equalities.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="options">How hard.</param>
    /// <param name="cancellation">Stops it.</param>
    public static Answer Of(
        TableScales scales, GaussianMixture clamped, double evidence, TableQuestion question, AnswerOptions options, CancellationToken cancellation)
    {
        if (question.Intervals.Count == 0 && question.Question.Events.Count == 0)
        {
            Posterior[] cells = [.. question.Question.Asked.Select(cell => scales.Cell(cell.Channel, clamped.Marginal(cell.Channel)))];
            return new Answer(cells) { LogEvidence = evidence, StandardErrors = new double[cells.Length], Warnings = Marginal(question) };
        }

        IntervalDraws drawn = Draw(new IntervalSampler(clamped, question.Intervals, scales.Channels), clamped.Dimension, options, cancellation);
        return FromDraws(scales, drawn.Equal(new Rng(options.Seed).For("table resampling")), drawn.EffectiveSampleSize, evidence + drawn.LogEvidence, question);
    }

    /// <summary>The answer that equally weighted draws of a row give.</summary>
    /// <param name="scales">The channels.</param>
    /// <param name="draws">Encoded rows, [draws][d].</param>
    /// <param name="effective">How many independent ones they are worth.</param>
    /// <param name="evidence">log p of all clamps.</param>
    /// <param name="question">What is asked.</param>
    public static Answer FromDraws(TableScales scales, double[][] draws, double effective, double evidence, TableQuestion question)
    {
        IReadOnlyList<CellAddress> asked = question.Question.Asked;
        double At(int i, CellAddress cell) => scales.Scales[cell.Channel].Decode(draws[i][cell.Channel]);
        double[][] samples = [.. Enumerable.Range(0, draws.Length).Select(i => asked.Select(cell => At(i, cell)).ToArray())];
        Posterior[] cells = [.. asked.Select((cell, a) => new SamplePosterior(scales.Channels[cell.Channel], [.. samples.Select(sample => sample[a])]))];
        string[] warnings = [.. Marginal(question), .. EngineQuestion.FewDraws(effective)];
        double[] events = EngineQuestion.EventShares(question.Question.Events, draws.Length, At);
        return new Answer(cells)
        {
            Events = events,
            EventErrors = EngineQuestion.ShareErrors(events, effective),
            LogEvidence = evidence,
            Effort = draws.Length,
            EffectiveSampleSize = effective,
            StandardErrors = [.. cells.Select(cell => cell.StandardDeviation / Math.Sqrt(effective))],
            Samples = samples,
            Warnings = warnings,
        };
    }

    /// <summary>Draws of the effort, at least <see cref="FewestDraws"/>; with a tolerance fewer, and more again where weights are uneven.</summary>
    public static IntervalDraws Draw(IntervalSampler sampler, int dimension, AnswerOptions options, CancellationToken cancellation)
    {
        int needed = EngineQuestion.Draws(options);
        int draws = Math.Max(FewestDraws, needed);
        while (true)
        {
            EngineQuestion.CheckMemory(options, draws, 2 * dimension);
            IntervalDraws drawn = sampler.Draw(draws, new Rng(options.Seed).For("table draws"), cancellation);
            double worth = drawn.EffectiveSampleSize;
            if (draws >= options.Effort || worth >= needed)
            {
                return drawn;
            }

            const double Spare = 1.1;
            draws = (int)Math.Min(options.Effort, Math.Ceiling(Spare * draws * needed / worth));
        }
    }

    private static string[] Marginal(TableQuestion question) =>
        question.Question.Clamps.Count == 0 ? ["No clamp informs this answer: it is the marginal."] : [];
}
