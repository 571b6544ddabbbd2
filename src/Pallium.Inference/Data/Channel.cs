using System.Globalization;

namespace Pallium.Inference;

/// <summary>The description of one channel, or of one static column.</summary>
/// <param name="Name">The header's name without its unit.</param>
/// <param name="Kind">What its values are.</param>
public sealed record Channel(string Name, ChannelKind Kind)
{
    /// <summary>The unit, from a header such as <c>wind [m/s]</c> or <c>wind (m/s)</c>; null without one.</summary>
    public string? Unit { get; init; }

    /// <summary>
    /// The categories, in order of their index: sorted by value when all are numbers, else by ordinal text, so that the
    /// order of rows does not matter. For a binary channel of texts the texts of 0 and 1; otherwise empty.
    /// </summary>
    public IReadOnlyList<string> Categories { get; init; } = [];

    /// <summary>The step δ on which values were recorded, in the channel's unit, positive; 1 for binary and categorical channels.</summary>
    public double Resolution { get; init; } = 1;

    /// <summary>Whether future values are known in advance (a plan, a calendar) and so clamped in slices to come.</summary>
    public bool Known { get; init; }

    /// <summary>Whether values are numbers on a scale, not categories or yes/no.</summary>
    public bool IsNumeric => Kind is ChannelKind.Real or ChannelKind.Positive;

    /// <summary>The name as a header carries it: <c>name [unit]</c>.</summary>
    public string Header => Unit is null ? Name : $"{Name} [{Unit}]";

    /// <summary>The nearest value on the channel's grid (for a positive channel at least 0), as the nearest double to its decimal text.</summary>
    public double Round(double value)
    {
        if (Kind == ChannelKind.Positive)
        {
            value = Math.Max(0, value);
        }

        // Dividing by a whole number is exact to the last bit, where multiplying by 0.1 is not.
        double steps = Math.Round(value / Resolution);
        double perUnit = Math.Round(1 / Resolution);
        const double Whole = 1e-9;
        bool isWhole = perUnit >= 1 && Math.Abs((perUnit * Resolution) - 1) < Whole;
        return isWhole ? steps / perUnit : steps * Resolution;
    }

    /// <summary>A value as a file holds it: its category, or the number on the channel's grid; empty for a hole.</summary>
    public string Format(double value)
    {
        if (double.IsNaN(value))
        {
            return "";
        }

        double rounded = Round(value);
        return Categories.Count > 0 && rounded >= 0 && rounded < Categories.Count
            ? Categories[(int)rounded] : rounded.ToString("R", CultureInfo.InvariantCulture);
    }

    /// <summary>Splits a header into name and unit.</summary>
    internal static (string Name, string? Unit) SplitHeader(string header)
    {
        header = header.Trim();
        char open = header.EndsWith(']') ? '[' : header.EndsWith(')') ? '(' : '\0';
        int at = open == '\0' ? -1 : header.LastIndexOf(open);
        if (at < 2 || header[at - 1] != ' ')
        {
            return (header, null);
        }

        string name = header[..at].TrimEnd();
        string unit = header[(at + 1)..^1].Trim();
        return name.Length == 0 || unit.Length == 0 ? (header, null) : (name, unit);
    }
}
