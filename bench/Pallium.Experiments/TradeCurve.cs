namespace Pallium.Experiments;

/// <summary>What a model that learned for so long reaches at each effort, and what it costs.</summary>
/// <param name="Efforts">Ascending; the first is 0, one pass.</param>
/// <param name="Scores">Higher is better.</param>
/// <param name="Milliseconds">Of a question.</param>
/// <param name="LearnSeconds">Of learning.</param>
internal sealed record TradeCurve(int[] Efforts, double[] Scores, double[] Milliseconds, double LearnSeconds)
{
    /// <summary>
    /// The smallest effort at which a score is reached; null: none of those measured. Between two efforts scores are straight lines in the effort's
    /// logarithm; between one pass and the fewest paths nothing lies.
    /// </summary>
    public double? EffortFor(double score)
    {
        int at = Array.FindIndex(Scores, reached => reached >= score);
        return at < 0 ? null
            : at < 2 ? Efforts[at]
            : Efforts[at - 1] * Math.Pow((double)Efforts[at] / Efforts[at - 1], (score - Scores[at - 1]) / (Scores[at] - Scores[at - 1]));
    }

    /// <summary>Milliseconds of a question at any effort measured or between two, in which they are straight lines.</summary>
    public double MillisecondsAt(double effort)
    {
        int at = Array.FindIndex(Efforts, measured => measured >= effort);
        return at == 0 ? Milliseconds[0]
            : Milliseconds[at - 1] + ((Milliseconds[at] - Milliseconds[at - 1]) * (effort - Efforts[at - 1]) / (Efforts[at] - Efforts[at - 1]));
    }

    /// <summary>For how many questions the learning saved pays, where each is asked with another effort; infinite where that is no greater or costs no more.</summary>
    public double QuestionsPaid(TradeCurve longer, double effort, double longerEffort)
    {
        double more = MillisecondsAt(effort) - longer.MillisecondsAt(longerEffort);
        return effort > longerEffort && more > 0 ? 1e3 * Math.Max(0, longer.LearnSeconds - LearnSeconds) / more : double.PositiveInfinity;
    }
}
