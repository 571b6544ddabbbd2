namespace Pallium.Inference;

/// <summary>How a slice is explained.</summary>
public sealed record ExplainOptions
{
    /// <summary>The channel whose prediction is explained; null: the most surprising one.</summary>
    public int? Channel { get; init; }

    /// <summary>Slices before it whose cells are left out in turn, at least 0.</summary>
    public int Back { get; init; } = 8;

    /// <summary>Seed of the draws that tail probabilities are counted on.</summary>
    public ulong Seed { get; init; } = 1;
}

/// <summary>Why a slice was surprising, and what made its prediction what it was.</summary>
/// <param name="Time">Its stamp.</param>
/// <param name="Surprise">Of the whole slice.</param>
/// <param name="Channels">Its observed channels, those first that are most surprising beyond what was expected of them.</param>
/// <param name="Channel">Index of the channel whose prediction is explained; -1 where nothing was observed and none was named.</param>
/// <param name="Prediction">What was believed about that channel given the past and all other cells of the slice; null without one.</param>
/// <param name="Influences">The cells that moved that belief, those first that moved it most.</param>
public sealed record Explanation(
    double Time, Surprise Surprise, IReadOnlyList<ChannelSurprise> Channels, int Channel, Posterior? Prediction, IReadOnlyList<CellInfluence> Influences);

/// <summary>How unexpected a cell was, given the past and all other cells of its slice.</summary>
/// <param name="Channel">Index of its channel.</param>
/// <param name="Value">What was observed.</param>
/// <param name="Belief">What was believed about it.</param>
/// <param name="Surprise">-log p of what was observed, in nats.</param>
/// <param name="Expected">The mean of that over what was believed, in nats.</param>
/// <param name="TailProbability">How often the belief itself expects a value that is at most as probable, in (0, 1].</param>
public sealed record ChannelSurprise(int Channel, double Value, Posterior Belief, double Surprise, double Expected, double TailProbability);

/// <summary>What a cell did to a prediction: the difference to the prediction with that cell as a hole.</summary>
/// <param name="Cell">Which cell; offset 0 is the slice that is explained, -1 the one before.</param>
/// <param name="Value">Its value.</param>
/// <param name="Without">What would be believed without it.</param>
/// <param name="Shift">(mean with it - mean without it) / standard deviation with it; NaN for a categorical channel.</param>
/// <param name="Gain">log p(observed | with it) - log p(observed | without it), in nats; NaN where the explained cell is a hole.</param>
public sealed record CellInfluence(CellAddress Cell, double Value, Posterior Without, double Shift, double Gain)
{
    /// <summary>The larger of |shift| and |gain|: influences are sorted by it.</summary>
    public double Strength => Math.Max(Size(Shift), Size(Gain));

    private static double Size(double x) => double.IsNaN(x) ? 0 : Math.Abs(x);
}
