namespace Pallium.Inference;

/// <summary>How a <see cref="MixtureModel"/> is fitted.</summary>
public sealed record MixtureOptions
{
    /// <summary>Components, at most one per row.</summary>
    public int Components { get; init; } = 4;

    /// <summary>Variance that is added to every cell's, in squared z-scores, positive: no component closes around a point.</summary>
    public double Floor { get; init; } = 1e-3;

    /// <summary>Passes over the table, at most.</summary>
    public int Passes { get; init; } = 200;

    /// <summary>Gain of mean log density per row, in nats, under which it stops.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Seed of the first centres.</summary>
    public ulong Seed { get; init; } = 1;

    internal void Check()
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Components);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Floor);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Passes);
        ArgumentOutOfRangeException.ThrowIfNegative(Tolerance);
    }
}
