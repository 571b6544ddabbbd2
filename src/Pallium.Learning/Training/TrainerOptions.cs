using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>How a <see cref="Trainer{T}"/> learns.</summary>
public sealed record TrainerOptions
{
    /// <summary>Updates at the most.</summary>
    public long Steps { get; init; } = 1000;

    /// <summary>Learning rate over time.</summary>
    public RateSchedule Schedule { get; init; } = new(3e-3);

    /// <summary>The optimiser.</summary>
    public AdamOptions Adam { get; init; } = new();

    /// <summary>Largest Euclidean norm of the gradient; longer ones are scaled down to it. Null: unlimited.</summary>
    public double? ClipNorm { get; init; } = 1;

    /// <summary>Decay of the running weight average that is validated and kept; null: the weights themselves.</summary>
    public double? AverageDecay { get; init; }

    /// <summary>Updates between two looks at the validation loss.</summary>
    public int ValidateEvery { get; init; } = 50;

    /// <summary>Looks without improvement after which learning stops; null: never.</summary>
    public int? Patience { get; init; } = 8;

    /// <summary>Whether learning ends with its last weights, not with those that validated best: for what is annealed, which is not what it will be before the end.</summary>
    public bool KeepsLast { get; init; }

    /// <summary>Threads, the caller's own included. The result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>How often learning may go back to the last good weights, at half the rate, after it diverged; then it ends with the best.</summary>
    public int Rollbacks { get; init; } = 4;

    /// <summary>What the weights will be stored as: learning sees them so rounded, and ends with them rounded. Null: as they are.</summary>
    public WeightFormat? Weights { get; init; }
}

/// <summary>How far learning has come.</summary>
/// <param name="Step">Updates done.</param>
/// <param name="Steps">Updates at the most.</param>
/// <param name="Loss">Running mean of the learning loss.</param>
/// <param name="ValidationLoss">Last validation loss.</param>
/// <param name="BestLoss">Best validation loss.</param>
/// <param name="SlicesPerSecond">Learning rate in the data's own terms.</param>
public readonly record struct TrainingProgress(long Step, long Steps, double Loss, double ValidationLoss, double BestLoss, double SlicesPerSecond)
{
    /// <summary>Learning ends here because it diverged too often.</summary>
    public bool Diverged { get; init; }
}

/// <summary>How learning ended. The task holds the best weights.</summary>
/// <param name="Steps">Updates done.</param>
/// <param name="BestStep">The update after which the validation loss was best.</param>
/// <param name="StartLoss">Validation loss before the first update.</param>
/// <param name="BestLoss">The best validation loss.</param>
/// <param name="Cancelled">The caller asked to stop.</param>
/// <param name="Divergences">What diverged, in words, each followed by a return to the last good weights at half the rate.</param>
public sealed record TrainingOutcome(long Steps, long BestStep, double StartLoss, double BestLoss, bool Cancelled, IReadOnlyList<string> Divergences)
{
    /// <summary>It ended early because it diverged once more often than <see cref="TrainerOptions.Rollbacks"/> allows.</summary>
    public bool Diverged { get; init; }
}
