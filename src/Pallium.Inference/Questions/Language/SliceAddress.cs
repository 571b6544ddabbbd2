using System.Globalization;

namespace Pallium.Inference;

/// <summary>How an address says which slice it means.</summary>
internal enum SliceAddressKind
{
    /// <summary>Not at all: the next slice, or the slice at hand.</summary>
    None,

    /// <summary>By a number of slices from the last one of the history.</summary>
    Offset,

    /// <summary>By a length of time from that one, in the units of stamps.</summary>
    Length,

    /// <summary>By a stamp.</summary>
    Stamp,
}

/// <summary>Which slice a cell stands in, as the user wrote it.</summary>
/// <param name="Kind">How it is said.</param>
/// <param name="Value">Slices, the length, or the stamp.</param>
internal readonly record struct SliceAddress(SliceAddressKind Kind, double Value)
{
    private const string Forms = "slices from the last one such as +3 or -40, a length of time such as +6h, or a stamp such as 2024-05-31T14:20";

    /// <summary>Reads what follows an @: <c>+3</c>, <c>-40</c>, <c>0</c>, <c>+6h</c>, <c>2015-02-10T14:20</c>, <c>"2015-02-10 14:20"</c>; without a
    /// sign a number other than 0 is a stamp, where stamps are numbers.</summary>
    /// <exception cref="InputException">It is none of these.</exception>
    public static SliceAddress Read(TextCursor cursor, TimeAxis axis)
    {
        cursor.SkipSpaces();
        char first = cursor.At(cursor.Position);
        if (first is '+' or '-')
        {
            return Signed(cursor, axis, first == '-' ? -1 : 1);
        }

        int start = cursor.Position;
        if (cursor.TakeQuoted(out string quoted))
        {
            return new(SliceAddressKind.Stamp, Stamp(cursor, axis, quoted, start));
        }

        int length = axis.Kind == TimeKind.Date ? StampLength(cursor.Rest) : 0;
        if (length > 0)
        {
            cursor.Position += length;
            return new(SliceAddressKind.Stamp, Stamp(cursor, axis, cursor.Text.AsSpan(start, length), start));
        }

        return cursor.TakeNumber(out double number) && (number == 0 || axis.Kind == TimeKind.Number)
            ? new(number == 0 ? SliceAddressKind.Offset : SliceAddressKind.Stamp, number)
            : throw cursor.ExpectedAt(start, Forms);
    }

    private static SliceAddress Signed(TextCursor cursor, TimeAxis axis, int sign)
    {
        int start = cursor.Position++;
        char digit = cursor.At(cursor.Position);
        if (!(char.IsAsciiDigit(digit) || digit == '.') || !cursor.TakeNumber(out double number))
        {
            throw cursor.ExpectedAt(start, Forms);
        }

        int letters = 0;
        while (char.IsLetter(cursor.At(cursor.Position + letters)))
        {
            letters++;
        }

        if (letters > 0)
        {
            if (!Duration.TryUnit(cursor.Rest[..letters], out double seconds) || !Cell.IsUsable(number * seconds))
            {
                throw cursor.ExpectedAt(start, "a length of time in s, min, h, d or w");
            }

            double unit = 1;
            if (axis.Kind != TimeKind.Date && !Duration.TryUnit(axis.Unit, out unit))
            {
                throw cursor.ExpectedAt(start, "slices such as +3, as the time of these data has no unit");
            }

            cursor.Position += letters;
            return new(SliceAddressKind.Length, sign * number * seconds / unit);
        }

        return number > SliceTimes.MostSlices ? throw cursor.ExpectedAt(start, string.Create(CultureInfo.InvariantCulture, $"at most {SliceTimes.MostSlices:N0} slices"))
            : number != Math.Floor(number) ? throw cursor.ExpectedAt(start, "a whole number of slices, or a unit: s, min, h, d or w")
            : new(SliceAddressKind.Offset, sign * number);
    }

    /// <summary>How many characters of a text are a date: the most that can be one.</summary>
    private static int StampLength(ReadOnlySpan<char> text)
    {
        const int LongestStamp = 40;
        int range = text.IndexOf("..", StringComparison.Ordinal);
        int length = Math.Min(range < 0 ? text.Length : range, LongestStamp);
        while (length > 0 && !Inference.Stamp.TryParse(text[..length], out _, out _))
        {
            length--;
        }

        return length;
    }

    private static double Stamp(TextCursor cursor, TimeAxis axis, ReadOnlySpan<char> text, int start) =>
        axis.Kind == TimeKind.None ? throw cursor.ExpectedAt(start, "slices such as +3, as these data have no time column")
        : new StampReader(axis).TryRead(text, double.NaN, out double stamp) is { } expected ? throw cursor.ExpectedAt(start, expected) : stamp;
}
