namespace Pallium.Inference;

/// <summary>Log scores of one-pass answers to questions of one sort, before and after a sleep.</summary>
/// <param name="Name">Which questions.</param>
/// <param name="Cells">Cells that were asked for and known.</param>
/// <param name="Before">Mean log probability of what was, nats per cell, of the answers before.</param>
/// <param name="After">The same after.</param>
/// <param name="StandardError">Standard error of the difference, questions about the same slices counted together.</param>
public sealed record SleepGroup(string Name, int Cells, double Before, double After, double StandardError);

/// <summary>One sleep, as a model remembers it.</summary>
public sealed record SleepRecord
{
    /// <summary>What was replayed, or that nothing was.</summary>
    public required string Source { get; init; }

    /// <summary>What the held-out questions were about.</summary>
    public required string HeldOut { get; init; }

    /// <summary>Rounds done.</summary>
    public required int Rounds { get; init; }

    /// <summary>Seed.</summary>
    public required ulong Seed { get; init; }

    /// <summary>Paths of the refined answers.</summary>
    public required int Effort { get; init; }

    /// <summary>Slices of the longest questions.</summary>
    public required int Horizon { get; init; }

    /// <summary>All held-out questions.</summary>
    public required SleepGroup Overall { get; init; }

    /// <summary>By what is known (nothing, cells of the slice, of earlier ones, of later ones), up to three slices ahead and farther.</summary>
    public required IReadOnlyList<SleepGroup> Groups { get; init; }
}

/// <summary>What a sleep brought.</summary>
/// <param name="Model">The model with its new one-pass answers; the old model itself where they are no better.</param>
/// <param name="Kept">Whether the new answers were kept: the log score rose by more than its standard error, and fell by no more than that in any group.</param>
/// <param name="Record">What was done, and the scores before and after.</param>
public sealed record SleepResult(WorldModel Model, bool Kept, SleepRecord Record);
