using System.Globalization;

namespace Pallium.Inference;

/// <summary>When the slices of a question are: the last ones of the history, and those to come. Turns addresses by time into offsets.</summary>
public sealed class SliceTimes
{
    /// <summary>No address may lie further from the last slice of the history, and no range may have more slices.</summary>
    public const int MostSlices = 100_000;

    /// <summary>A stamp this near to that of a slice, in steps, means the slice: recorded stamps are not always even.</summary>
    public const double Near = 0.05;

    private readonly FrameSchema _schema;
    private readonly double[] _known;
    private readonly int _past;
    private readonly double _every;

    /// <summary>The times of a question.</summary>
    /// <param name="schema">The model's columns.</param>
    /// <param name="past">Stamps of the last slices of the history, in order, the last one at offset 0; empty: no history.</param>
    /// <param name="every">Time between slices to come, positive; null: the median step of learning.</param>
    /// <param name="future">Stamps of slices to come that are known in advance; the slices after them are a step apart.</param>
    /// <exception cref="InputException">Stamps do not increase.</exception>
    public SliceTimes(FrameSchema schema, IReadOnlyList<double> past, double? every = null, IReadOnlyList<double>? future = null)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(past);
        _schema = schema;
        _every = every ?? schema.Time.Step;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_every, nameof(every));
        _past = past.Count;
        _known = [.. past, .. future ?? []];
        for (int i = 1; i < _known.Length && !schema.IsTable; i++)
        {
            if (!(_known[i] > _known[i - 1]))
            {
                throw new InputException(
                    $"Found a {(i < _past ? "slice" : "slice to come")} at {Shown(_known[i])}, expected one after {Shown(_known[i - 1])}.");
            }
        }
    }

    /// <summary>Reads a stamp: of data without a time column the number of a row, from 0.</summary>
    /// <param name="schema">The model's columns.</param>
    /// <param name="text">What the user wrote.</param>
    /// <param name="where">What errors call its place, such as <c>Option --at</c>.</param>
    /// <exception cref="InputException">It is no stamp.</exception>
    public static double ReadStamp(FrameSchema schema, string text, string where)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(text);
        TimeAxis axis = schema.Time.Kind == TimeKind.Date ? schema.Time : new TimeAxis(TimeKind.Number);
        return new StampReader(axis).TryRead(text.Trim(), double.NaN, out double stamp) is { } expected
            ? throw new InputException($"{where}: found {InputException.Quote(text)}, expected {expected}.") : stamp;
    }

    /// <summary>The stamp of a slice; NaN where it is not known (without history, or before what is kept of it).</summary>
    /// <param name="offset">Slices from the last one of the history.</param>
    public double TimeOf(int offset)
    {
        int at = offset + _past - 1;
        return at < 0 || _known.Length == 0 ? double.NaN : at < _known.Length ? _known[at] : _known[^1] + (_every * (at - _known.Length + 1));
    }

    /// <summary>The cells that are meant.</summary>
    /// <exception cref="InputException">They lie outside the data, between two slices, or are too many.</exception>
    internal IReadOnlyList<CellAddress> Resolve(WrittenCell cell)
    {
        if (_schema.IsTable && (cell.To is not null || cell.From is not ({ Kind: SliceAddressKind.None } or { Kind: SliceAddressKind.Offset, Value: 1 })))
        {
            throw Fault(cell, "no address, as the rows of this model are independent");
        }

        if (cell.To is not { } to)
        {
            return [new(cell.Channel, Offset(cell, cell.From))];
        }

        int first = Offset(cell, cell.From, Rounding.Up);
        int last = Offset(cell, to, Rounding.Down);
        return first > last ? throw Fault(cell, "a range of at least one slice, the earlier end first")
            : last - first >= MostSlices ? throw Fault(cell, $"a range of at most {Count(MostSlices)} slices")
            : [.. Enumerable.Range(first, last - first + 1).Select(offset => new CellAddress(cell.Channel, offset))];
    }

    /// <summary>What to do with a stamp between two slices.</summary>
    private enum Rounding
    {
        Refuse,
        Up,
        Down,
    }

    private int Offset(WrittenCell cell, SliceAddress address, Rounding rounding = Rounding.Refuse)
    {
        switch (address.Kind)
        {
            case SliceAddressKind.None:
                return 1;
            case SliceAddressKind.Offset:
                int offset = (int)address.Value;
                return offset > -_past ? offset : throw BeforeData(cell);
            case SliceAddressKind.Length:
                return _past == 0 ? throw BeforeData(cell) : OffsetAt(cell, TimeOf(0) + address.Value, rounding);
            default:
                return OffsetAt(cell, address.Value, rounding);
        }
    }

    private int OffsetAt(WrittenCell cell, double time, Rounding rounding)
    {
        double tolerance = Near * _schema.Time.Step;
        if (_known.Length == 0 || time < _known[0] - tolerance)
        {
            throw BeforeData(cell);
        }

        double steps = (time - _known[^1]) / _every;
        double near = steps > 0 ? Near * _every : tolerance;
        if (!(steps < MostSlices))
        {
            throw Fault(cell, $"a slice at most {Count(MostSlices)} slices after the last one of the data");
        }

        int after = steps > 0 ? _known.Length - 1 + (int)Math.Ceiling(steps - Near) : FirstAtLeast(time - tolerance);
        int offset = after - _past + 1;
        if (rounding == Rounding.Up || Math.Abs(TimeOf(offset) - time) <= near)
        {
            return offset;
        }

        int before = offset - 1;
        if (rounding == Rounding.Down)
        {
            return before;
        }

        int nearest = time - TimeOf(before) < TimeOf(offset) - time ? before : offset;
        throw Fault(cell, $"the time of a slice: the nearest is {Shown(TimeOf(nearest))}, @{(nearest > 0 ? "+" : "")}{nearest}", ", between two slices");
    }

    private int FirstAtLeast(double time)
    {
        int at = Array.BinarySearch(_known, time);
        return at < 0 ? ~at : at;
    }

    private InputException BeforeData(WrittenCell cell) => _past == 0
        ? Fault(cell, "cells of slices to come, such as @+1, as there is no history")
        : Fault(cell, $"a slice of the data: the first that is kept is {Shown(_known[0])}, {_past - 1} slices before the last one");

    private static InputException Fault(WrittenCell cell, string expected, string more = "") =>
        new($"{cell.Where}: found {InputException.Quote(cell.Text)}{more}, expected {expected}.");

    private string Shown(double time) => _schema.Time.Format(time);

    private static string Count(int number) => number.ToString("N0", CultureInfo.InvariantCulture);
}
