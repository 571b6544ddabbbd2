namespace Pallium.Inference;

/// <summary>How a <see cref="VolatilityFilter"/> is fitted.</summary>
public sealed record VolatilityOptions
{
    /// <summary>1: no volatility parent; 2: one; 3: and one above it.</summary>
    public int Levels { get; init; } = 2;

    /// <summary>How often the likelihood of the series is computed, at most.</summary>
    public int Evaluations { get; init; } = 600;
}
