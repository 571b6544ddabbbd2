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
    public double Read(ReadOnlySpan<char> cell, double last, RowReader rows)
    {
        if (axis.Kind == TimeKind.Number)
        {
            return Cell.TryNumber(cell, out double number) && Cell.IsUsable(number) ? number : throw Error(cell, rows, "a number");
        }

        if (!Stamp.TryParse(cell, out DateTime local, out TimeSpan? offset))
        {
            throw Error(cell, rows, Stamp.Expected);
        }

        double seconds = Stamp.ToSeconds(local);
        if (offset is TimeSpan given)
        {
            return seconds - given.TotalSeconds;
        }

        if (_zone == null)
        {
            return seconds;
        }

        if (_zone.IsInvalidTime(local))
        {
            throw Error(cell, rows, $"a local time that exists in {axis.Zone} (its clocks skip this one), or a stamp with an offset");
        }

        if (!_zone.IsAmbiguousTime(local))
        {
            return seconds - _zone.GetUtcOffset(local).TotalSeconds;
        }

        TimeSpan[] offsets = _zone.GetAmbiguousTimeOffsets(local);
        double earlier = seconds - offsets.Max().TotalSeconds;
        return earlier <= last ? seconds - offsets.Min().TotalSeconds : earlier;
    }

    private InputException Error(ReadOnlySpan<char> cell, RowReader rows, string expected) =>
        InputException.At(rows.Source, rows.Line, axis.Column ?? "time", InputException.Quote(cell), expected);
}
