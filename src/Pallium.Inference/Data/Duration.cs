using System.Globalization;

namespace Pallium.Inference;

/// <summary>Lengths of time as text: <c>90</c>, <c>15min</c>, <c>6h</c>, <c>1d</c>.</summary>
public static class Duration
{
    private const double Year = 365.25 * 86400;

    private static readonly (string Unit, string Word, double Seconds)[] Units =
        [("w", "week", 604800), ("d", "day", 86400), ("h", "hour", 3600), ("min", "minute", 60), ("s", "second", 1)];

    /// <summary>Reads a positive length, in seconds where it has a unit.</summary>
    public static bool TryParse(string text, out double length)
    {
        ArgumentNullException.ThrowIfNull(text);
        double scale = 1;
        foreach ((string unit, _, double seconds) in Units)
        {
            if (text.EndsWith(unit, StringComparison.Ordinal))
            {
                text = text[..^unit.Length].TrimEnd();
                scale = seconds;
                break;
            }
        }

        bool read = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number);
        length = number * scale;
        return read && double.IsFinite(length) && length > 0;
    }

    /// <summary>A length in the largest unit of which it is a whole number, else in the largest that it reaches:
    /// <c>1 day</c>, <c>15 minutes</c>, <c>1.5 hours</c>, <c>1 year</c> for 365.25 days.</summary>
    public static string Describe(double seconds)
    {
        (string Word, double Seconds)[] units = [("year", Year), .. Units.Select(unit => (unit.Word, unit.Seconds))];
        (string word, double size) = units.FirstOrDefault(unit => IsWhole(seconds / unit.Seconds), units.FirstOrDefault(unit => seconds >= unit.Seconds, units[^1]));
        double count = seconds / size;
        return string.Create(CultureInfo.InvariantCulture, $"{count:0.##} {word}{(IsWhole(count) && Math.Round(count) == 1 ? "" : "s")}");
    }

    /// <summary>Seconds of a unit; false where the text is none.</summary>
    internal static bool TryUnit(ReadOnlySpan<char> text, out double seconds)
    {
        seconds = 0;
        foreach ((string unit, _, double size) in Units)
        {
            seconds = text.SequenceEqual(unit) ? size : seconds;
        }

        return seconds > 0;
    }

    /// <summary>Whether a count is whole, the length of a year being known to four digits.</summary>
    private static bool IsWhole(double count)
    {
        const double Rounding = 1e-4;
        return count >= 1 - Rounding && Math.Abs(count - Math.Round(count)) < Rounding * count;
    }
}
