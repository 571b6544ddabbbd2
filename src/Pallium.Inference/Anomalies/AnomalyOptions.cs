namespace Pallium.Inference;

/// <summary>What an <see cref="AnomalyDetector"/> is made from. The defaults were chosen as docs/anomalies.md tells.</summary>
/// <param name="Learning">
/// How many slices are learned from before scores are given, at least 1; all time scales are shares of it, so that it should hold a
/// few of what repeats in the stream.
/// </param>
public sealed record AnomalyOptions(int Learning)
{
    /// <summary>Whether stamps are dates (seconds since 1970-01-01 UTC), so that a time of day and week can be expected.</summary>
    public bool HasDates { get; init; }

    /// <summary>The IANA id of the zone in which days begin; null is UTC.</summary>
    public string? TimeZone { get; init; }

    /// <summary>a₀: the excess over all that was met, as a share of its range, that surprises by log 2 nats in a calm stream; positive.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>How much of an excess is added to the tolerance of the view that met it; not negative.</summary>
    public double Habituation { get; init; } = 0.1;

    /// <summary>The time constant, in learning periods, with which tolerances fall back and daily and weekly curves are forgotten; positive.</summary>
    public double Memory { get; init; } = 6;

    /// <summary>The time constant, in learning periods, with which later exceptions fade from the range of the learning period; positive.</summary>
    public double ExceptionMemory { get; init; } = 30;

    /// <summary>Distance of a shape from all that are remembered, as a share of the range, from which on it is new; positive.</summary>
    public double Vigilance { get; init; } = 0.1;

    /// <summary>How many shapes of each time scale are remembered, at least 1.</summary>
    public int Shapes { get; init; } = 128;

    /// <summary>How many times the greatest surprise of the recent past a surprise must be to be told; not negative.</summary>
    public double Contrast { get; init; } = 1.5;

    /// <summary>The time constant, in learning periods, with which surprises of the recent past fade; positive.</summary>
    public double Rest { get; init; } = 0.2;
}
