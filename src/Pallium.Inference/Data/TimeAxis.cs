using System.Globalization;

namespace Pallium.Inference;

/// <summary>What the stamps of a frame are.</summary>
public enum TimeKind
{
    /// <summary>No time column: rows are equal steps, 0, 1, 2, ...</summary>
    None,

    /// <summary>Plain numbers, in the unit of the column.</summary>
    Number,

    /// <summary>Dates: seconds since 1970-01-01 00:00 UTC.</summary>
    Date,
}

/// <summary>How a frame measures time.</summary>
/// <param name="Kind">What stamps are.</param>
public sealed record TimeAxis(TimeKind Kind)
{
    /// <summary>Rows as equal steps.</summary>
    public static TimeAxis None { get; } = new(TimeKind.None);

    /// <summary>The name of the time column; null without one.</summary>
    public string? Column { get; init; }

    /// <summary>The unit of numeric stamps, where the header gives one.</summary>
    public string? Unit { get; init; }

    /// <summary>The IANA id of the zone of stamps without an offset; null is UTC.</summary>
    public string? Zone { get; init; }

    /// <summary>The median time between neighbouring rows, in seconds for dates, else in stamp units; 1 where there is none.</summary>
    public double Step { get; init; } = 1;

    /// <summary>A stamp as text that reads back as the same stamp: ISO 8601 for dates (local time with its offset in a zone,
    /// the day alone where the step is whole days), else a number.</summary>
    public string Format(double time)
    {
        if (Kind != TimeKind.Date)
        {
            return time.ToString("R", CultureInfo.InvariantCulture);
        }

        DateTime utc = Stamp.ToDateTime(time);
        DateTime local = Zone is null ? utc : utc + Stamp.Zone(Zone).GetUtcOffset(utc);
        if (local.TimeOfDay == TimeSpan.Zero && Step >= Stamp.Day)
        {
            return local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        }

        string text = local.ToString("yyyy-MM-dd HH:mm:ss.FFFFFFF", CultureInfo.InvariantCulture);
        if (Zone is null)
        {
            return text;
        }

        TimeSpan offset = local - utc;
        return text + (offset < TimeSpan.Zero ? "-" : "+") + offset.ToString("hh\\:mm", CultureInfo.InvariantCulture);
    }

    /// <summary>The median time between neighbouring rows of all series; 1 where no series has two rows.</summary>
    internal static double MedianStep(IEnumerable<Series> series)
    {
        var steps = new List<double>();
        foreach (Series s in series)
        {
            for (int i = 1; i < s.Length; i++)
            {
                steps.Add(s.Times[i] - s.Times[i - 1]);
            }
        }

        steps.Sort();
        return steps.Count == 0 ? 1 : steps[(steps.Count - 1) / 2];
    }
}
