namespace Pallium.Inference;

/// <summary>Turns the cells of the time column into stamps.</summary>
internal sealed class StampReader(TimeAxis axis)
{
    private readonly TimeZoneInfo? _zone = axis.Zone == null ? null : Stamp.Zone(axis.Zone);

    /// <summary>The stamp of a cell.</summary>
    /// <param name="cell">The cell's text.</param>
    /// <param name="last">The stamp before it in its series, for local hours that occur twice; NaN for the first.</param>
    /// <param name="rows">Where the cell stands.</param>
    /// <exception cref="InputException">The cell is no stamp of this axis, or a local time that its zone skips.</exception>
    public double Read(ReadOnlySpan<char> cell, double last, RowReader rows) =>
        TryRead(cell, last, out double stamp) is { } expected ? throw Error(cell, rows, expected) : stamp;

    /// <summary>Reads the stamp of a text; returns what was expected where it is none, else null.</summary>
    public string? TryRead(ReadOnlySpan<char> cell, double last, out double stamp)
    {
        if (axis.Kind == TimeKind.Number)
        {
            return Cell.TryNumber(cell, out stamp) && Cell.IsUsable(stamp) ? null : "a number";
        }

        stamp = double.NaN;
        if (!Stamp.TryParse(cell, out DateTime local, out TimeSpan? offset))
        {
            return Stamp.Expected;
        }

        stamp = Stamp.ToSeconds(local);
        if (offset is TimeSpan given)
        {
            stamp -= given.TotalSeconds;
        }
        else if (_zone is not null)
        {
            if (_zone.IsInvalidTime(local))
            {
                return $"a local time that exists in {axis.Zone} (its clocks skip this one), or a stamp with an offset";
            }

            stamp = Local(_zone, local, stamp, last);
        }

        return null;
    }

    /// <summary>The stamp of a local time; of an hour that occurs twice the first one, unless time has already passed it.</summary>
    private static double Local(TimeZoneInfo zone, DateTime local, double seconds, double last)
    {
        if (!zone.IsAmbiguousTime(local))
        {
            return seconds - zone.GetUtcOffset(local).TotalSeconds;
        }

        TimeSpan[] offsets = zone.GetAmbiguousTimeOffsets(local);
        double earlier = seconds - offsets.Max().TotalSeconds;
        return earlier <= last ? seconds - offsets.Min().TotalSeconds : earlier;
    }

    private InputException Error(ReadOnlySpan<char> cell, RowReader rows, string expected) =>
        InputException.At(rows.Source, rows.Line, axis.Column ?? "time", InputException.Quote(cell), expected);
}
