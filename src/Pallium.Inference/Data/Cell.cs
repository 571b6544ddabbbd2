using System.Globalization;

namespace Pallium.Inference;

/// <summary>What a cell's text means.</summary>
internal static class Cell
{
    /// <summary>Larger numbers are refused: their squares would leave the range of a double.</summary>
    public const double Largest = 1e100;

    /// <summary>What an error says it expected of a number that is not finite or too large.</summary>
    public const string ExpectedFinite = "a finite number of size at most 1e100, or an empty cell";

    /// <summary>Whether nothing was recorded: an empty cell, -, NA (in capitals: Na is sodium), or N/A, NaN and null in any case.</summary>
    public static bool IsHole(ReadOnlySpan<char> cell) => cell.Length switch
    {
        0 => true,
        1 => cell[0] == '-',
        2 => cell is "NA",
        3 => Is(cell, "NaN") || Is(cell, "N/A"),
        4 => Is(cell, "null") || Is(cell, "+NaN") || Is(cell, "-NaN"),
        _ => false,
    };

    /// <summary>Reads a number with a decimal point; an infinity counts as a number.</summary>
    public static bool TryNumber(ReadOnlySpan<char> cell, out double number)
    {
        if (double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            return !double.IsNaN(number);
        }

        ReadOnlySpan<char> size = cell.TrimStart("+-");
        number = double.PositiveInfinity;
        return Is(size, "inf") || Is(size, "infinity");
    }

    /// <summary>Whether a number is finite and small enough to calculate with.</summary>
    public static bool IsUsable(double number) => Math.Abs(number) <= Largest;

    /// <summary>Whether a text is a number but for a decimal comma.</summary>
    public static bool HasDecimalComma(ReadOnlySpan<char> cell)
    {
        int comma = cell.IndexOf(',');
        const int Longest = 64;
        if (comma < 0 || cell.Length > Longest)
        {
            return false;
        }

        Span<char> point = stackalloc char[cell.Length];
        cell.CopyTo(point);
        point[comma] = '.';
        return TryNumber(point, out _);
    }

    /// <summary>Reads true, yes, false and no, in any case.</summary>
    public static bool TryYesNo(ReadOnlySpan<char> cell, out bool yes)
    {
        yes = Is(cell, "true") || Is(cell, "yes");
        return yes || Is(cell, "false") || Is(cell, "no");
    }

    private static bool Is(ReadOnlySpan<char> cell, string word) => cell.Equals(word, StringComparison.OrdinalIgnoreCase);
}
