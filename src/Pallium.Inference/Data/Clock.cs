using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Phase of day, week and year as always-known inputs: sin and cos of 2π·time/period, in local time.</summary>
public sealed class Clock
{
    /// <summary>A day, in seconds.</summary>
    public const double Day = Stamp.Day;

    /// <summary>A week, in seconds.</summary>
    public const double Week = 7 * Day;

    /// <summary>A mean Gregorian year, in seconds.</summary>
    public const double Year = 365.2425 * Day;

    private readonly TimeZoneInfo? _zone;

    /// <summary>A clock of given periods.</summary>
    /// <param name="periods">Seconds, positive; may be empty.</param>
    /// <param name="zone">The IANA id of the zone in which days begin; null is UTC.</param>
    /// <exception cref="InputException">The machine knows no such zone.</exception>
    public Clock(IReadOnlyList<double> periods, string? zone = null)
    {
        ArgumentNullException.ThrowIfNull(periods);
        foreach (double period in periods)
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(period, nameof(periods));
        }

        Periods = periods;
        Zone = zone;
        _zone = zone == null ? null : Stamp.Zone(zone);
    }

    /// <summary>The periods, in seconds.</summary>
    public IReadOnlyList<double> Periods { get; }

    /// <summary>The IANA id of the zone in which days begin; null is UTC.</summary>
    public string? Zone { get; }

    /// <summary>Numbers per stamp: two per period.</summary>
    public int Features => 2 * Periods.Count;

    /// <summary>
    /// The clock that a training part supports: of day, week and year those of which dates span at least two periods at a
    /// median step of at most half a period. Without dates, none.
    /// </summary>
    public static Clock Fit(Frame training)
    {
        ArgumentNullException.ThrowIfNull(training);
        TimeAxis time = training.Time;
        Series[] series = [.. training.Series.Where(s => s.Length > 0)];
        if (time.Kind != TimeKind.Date || series.Length == 0)
        {
            return new Clock([]);
        }

        double span = series.Max(s => s.Times[^1]) - series.Min(s => s.Times[0]);
        return new Clock([.. new[] { Day, Week, Year }.Where(period => span >= 2 * period && time.Step <= period / 2)], time.Zone);
    }

    /// <summary>Writes sin and cos of each period's phase.</summary>
    /// <param name="time">Seconds since 1970-01-01 UTC.</param>
    /// <param name="features">Receives [sin, cos] per period, <see cref="Features"/> in all.</param>
    public void Write(double time, Span<double> features)
    {
        double local = _zone == null || Periods.Count == 0 ? time : time + _zone.GetUtcOffset(Stamp.ToDateTime(time)).TotalSeconds;
        for (int i = 0; i < Periods.Count; i++)
        {
            double turns = local / Periods[i];
            double angle = 2 * Math.PI * (turns - Math.Floor(turns));
            features[2 * i] = Elementary.Sin(angle);
            features[(2 * i) + 1] = Elementary.Cos(angle);
        }
    }
}
