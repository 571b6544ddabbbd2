namespace Pallium.Inference;

/// <summary>How <see cref="WorldModel.Sleep"/> goes about it.</summary>
public sealed record SleepOptions
{
    /// <summary>Rounds at the most, each of 96 new questions, at least 1; it ends sooner where 20 rounds do not get better on held-out questions.</summary>
    public int Rounds { get; init; } = 120;

    /// <summary>Minutes after which no further round is begun; null: no limit. The rounds done are recorded, so that the same sleep can be had again.</summary>
    public double? Minutes { get; init; }

    /// <summary>Seed. Same seed and rounds, same bits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Paths of the refined answers that are learned from, at least 16.</summary>
    public int Effort { get; init; } = 256;

    /// <summary>Slices of the longest questions, 2 to 64.</summary>
    public int Horizon { get; init; } = 12;
}

/// <summary>How far a sleep has come.</summary>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="Round">Rounds begun.</param>
/// <param name="Rounds">Rounds at the most.</param>
/// <param name="Loss">Running loss on refined answers, nats per cell; NaN before the first update.</param>
/// <param name="HeldOutLoss">Loss of the answers on held-out questions with the shares that suit them best, nats per variable; NaN before it is known.</param>
public readonly record struct SleepProgress(string Phase, int Round, int Rounds, double Loss, double HeldOutLoss);
