namespace Pallium.Inference;

/// <summary>How a noisy channel is held to move: a random walk whose step size is itself a random walk, and so on upwards.</summary>
/// <remarks>
/// Level 0 is the value, u = x₀ + noise; level a moves by normal steps of variance Ω_a = dt·exp(ω_a + κ_a·x_(a+1)); of the topmost level by
/// dt·exp(ω_a). One level is a Kalman filter of a random walk. Only κ_a²·exp(ω_(a+1)) can be told from data, so that κ is left at 1 unless given.
/// </remarks>
public sealed record VolatilityParameters
{
    /// <summary>Variance of the noise of an observation, in the channel's unit squared, positive.</summary>
    public required double ObservationVariance { get; init; }

    /// <summary>ω, [levels]: log step variance per unit of time, the value first (unit squared), then its volatility (dimensionless), and so on.</summary>
    public required IReadOnlyList<double> LogStepVariances { get; init; }

    /// <summary>κ, [levels - 1], positive: how strongly a level follows the one above; null is 1 everywhere.</summary>
    public IReadOnlyList<double>? Couplings { get; init; }

    /// <summary>Mean of the value before anything is seen, in the channel's unit.</summary>
    public double InitialMean { get; init; }

    /// <summary>Variance of the value before anything is seen, positive.</summary>
    public required double InitialVariance { get; init; }

    /// <summary>Variance of the levels above before anything is seen, around zero, positive.</summary>
    public double InitialVolatilityVariance { get; init; } = 1;

    /// <summary>One unit of elapsed time, in the stamps' units.</summary>
    public double TimeUnit { get; init; } = 1;

    /// <summary>Levels: 1 without a volatility parent.</summary>
    internal int Levels => LogStepVariances.Count;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(ObservationVariance);
        ArgumentOutOfRangeException.ThrowIfZero(Levels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(InitialVariance);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(InitialVolatilityVariance);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(TimeUnit);
        if (Couplings is not null && (Couplings.Count != Levels - 1 || Couplings.Any(kappa => !(kappa > 0))))
        {
            throw new ArgumentException($"Found {Couplings.Count} couplings of {Levels} levels, expected {Levels - 1} positive numbers.");
        }
    }
}
