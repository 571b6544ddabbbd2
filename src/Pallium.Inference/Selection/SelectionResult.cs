namespace Pallium.Inference;

/// <summary>How well a target is told from some channels, on slices that were not learned from.</summary>
/// <param name="Loss">Nats per slice: of a number, by a normal distribution and in units of the target's deviation.</param>
/// <param name="Accuracy">Share of slices whose likeliest category is right; NaN for numbers.</param>
/// <param name="BalancedAccuracy">Mean over categories of the share that is right; NaN for numbers.</param>
/// <param name="RootMeanSquare">Root of the mean squared error, in the target's unit; NaN for categories.</param>
/// <param name="Explained">1 less the mean squared error as a share of the variance; NaN for categories.</param>
public readonly record struct SelectionScore(double Loss, double Accuracy, double BalancedAccuracy, double RootMeanSquare, double Explained);

/// <summary>One channel in the light of a target.</summary>
/// <param name="Channel">The channel.</param>
/// <param name="Kept">Whether it is selected: its logit is positive (or no price was worth dropping any, or none was worth its price).</param>
/// <param name="Logit">Logit of its mask.</param>
/// <param name="Probability">How often the mask was open at the end of learning, σ(logit).</param>
public sealed record SelectedChannel(Channel Channel, bool Kept, double Logit, double Probability)
{
    /// <summary>The score of the selection without this channel; null for channels that are not kept.</summary>
    public SelectionScore? Without { get; init; }

    /// <summary>What leaving it out costs, nats per slice; NaN for channels that are not kept.</summary>
    public double Cost { get; init; } = double.NaN;

    /// <summary>Standard error of the cost, of the slices tested on; NaN for channels that are not kept.</summary>
    public double CostError { get; init; } = double.NaN;
}

/// <summary>A price of channels that was tried. Losses are nats of a category; of a number half the squared error in deviations.</summary>
/// <param name="Price">What a channel costs per slice; 0 for all channels, ∞ for none.</param>
/// <param name="Channels">Channels kept, mean over the parts held out and learnings.</param>
/// <param name="Loss">Held-out loss per slice.</param>
/// <param name="Excess">What it loses against the best, per slice.</param>
/// <param name="ExcessError">Standard error of that, of the slices.</param>
/// <param name="IsChosen">Whether the selection was made at this price.</param>
public sealed record SelectionStep(double Price, double Channels, double Loss, double Excess, double ExcessError, bool IsChosen);

/// <summary>Which channels matter for a target, and what each selection costs.</summary>
/// <param name="Target">The target.</param>
/// <param name="Channels">The other channels: those kept, the costliest to leave out first; then the others by their logits.</param>
/// <param name="Path">The prices tried, from none kept to all.</param>
public sealed record SelectionResult(Channel Target, IReadOnlyList<SelectedChannel> Channels, IReadOnlyList<SelectionStep> Path)
{
    /// <summary>The channels kept.</summary>
    public IEnumerable<SelectedChannel> Kept => Channels.Where(channel => channel.Kept);

    /// <summary>The test score with all channels.</summary>
    public required SelectionScore All { get; init; }

    /// <summary>The test score with the channels kept.</summary>
    public required SelectionScore Selected { get; init; }

    /// <summary>The test score with none.</summary>
    public required SelectionScore None { get; init; }

    /// <summary>What the selection costs against all channels, nats per slice; negative where it gains.</summary>
    public required double Cost { get; init; }

    /// <summary>Standard error of that, of the slices tested on.</summary>
    public required double CostError { get; init; }

    /// <summary>Slices with a known target that the choice was made from.</summary>
    public required int Slices { get; init; }

    /// <summary>Slices with a known target that the test scores come from.</summary>
    public required int TestSlices { get; init; }

    /// <summary>Parts that were held out in turn.</summary>
    public required int Folds { get; init; }

    /// <summary>The network behind the masks.</summary>
    public required string Stack { get; init; }
}
