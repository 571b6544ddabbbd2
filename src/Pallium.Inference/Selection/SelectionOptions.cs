namespace Pallium.Inference;

/// <summary>How <see cref="ChannelSelector"/> goes about it.</summary>
public sealed record SelectionOptions
{
    /// <summary>The network behind the masks, in stack text; null: <c>linear(32)+residual(swiglu(64))</c> for tables and <c>gru(32)</c> for streams.</summary>
    public string? Stack { get; init; }

    /// <summary>
    /// Whether what the target itself was is read too, in streams: a channel then matters for what it adds to the target's own past. Without it, and in tables, the
    /// target is told from the other channels alone.
    /// </summary>
    public bool ReadsOwnPast { get; init; }

    /// <summary>
    /// What a selection may lose per slice against the best one, beyond one standard error of the difference, at least 0: nats of a category; of a number half the squared
    /// error in deviations, so that 0.005 is a hundredth of its variance.
    /// </summary>
    public double Tolerance { get; init; } = 0.005;

    /// <summary>Parts that are held out in turn to choose how many channels are kept, at least 2; null: 5, or 3 from 2,000 slices on.</summary>
    public int? Folds { get; init; }

    /// <summary>Share at the end of every series (of a table: of its rows in random order) that is not used in choosing and gives the scores, in [0.05, 0.9].</summary>
    public double TestShare { get; init; } = 0.2;

    /// <summary>Updates of every network, at least 1.</summary>
    public int Updates { get; init; } = 1000;

    /// <summary>Learnings, drawn differently, that every logit and every score is the mean of, at least 1.</summary>
    public int Repeats { get; init; } = 3;

    /// <summary>Seed of all randomness. Same seed, same bits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>How far a selection has come.</summary>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="Share">How much of the whole is done, in [0, 1].</param>
public readonly record struct SelectionProgress(string Phase, double Share);
