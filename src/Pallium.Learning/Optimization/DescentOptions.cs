namespace Pallium.Learning;

/// <summary>When descent along lines ends, and how exact its line searches are.</summary>
public sealed record DescentOptions
{
    /// <summary>Evaluations of loss and gradient, positive; at most one more is made, to return to the best step of the last line.</summary>
    public int Evaluations { get; init; } = 10_000;

    /// <summary>Ends where no derivative is larger, at least 0.</summary>
    public double GradientTolerance { get; init; } = 1e-10;

    /// <summary>Ends where the loss is at most this; null: goes on.</summary>
    public double? TargetLoss { get; init; }

    /// <summary>c₁ of the Wolfe conditions, in (0, c₂).</summary>
    public double SufficientDecrease { get; init; } = 1e-4;

    /// <summary>c₂ of the Wolfe conditions, in (c₁, 1): the smaller, the more exact. Null: 0.1 for conjugate gradient, 0.9 for L-BFGS.</summary>
    public double? Curvature { get; init; }
}

/// <summary>Why descent ended.</summary>
public enum DescentEnding
{
    /// <summary>No derivative is larger than <see cref="DescentOptions.GradientTolerance"/>.</summary>
    Converged,

    /// <summary>The loss is at most <see cref="DescentOptions.TargetLoss"/>.</summary>
    ReachedTarget,

    /// <summary>No step along the steepest descent lowers the loss: its digits are used up.</summary>
    Stalled,

    /// <summary>All evaluations were made.</summary>
    OutOfEvaluations,
}

/// <summary>How descent ended. The parameters hold the best values, those of <paramref name="Loss"/>.</summary>
/// <param name="Ending">Why.</param>
/// <param name="Steps">Lines searched with success.</param>
/// <param name="Evaluations">Evaluations of loss and gradient.</param>
/// <param name="StartLoss">The loss before the first step.</param>
/// <param name="Loss">The last loss, the least.</param>
/// <param name="LargestDerivative">The greatest absolute derivative there.</param>
public sealed record DescentOutcome(DescentEnding Ending, int Steps, int Evaluations, double StartLoss, double Loss, double LargestDerivative);
