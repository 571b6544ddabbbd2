using System.Globalization;

namespace Pallium.Inference;

/// <summary>Turns the cells of one channel into values.</summary>
/// <param name="channel">The channel; categories must be known.</param>
/// <param name="learning">Whether values that do not fit the channel's kind are errors; else they are holes with a warning.</param>
internal sealed class CellReader(Channel channel, bool learning)
{
    private readonly Dictionary<string, double> _labels = Labels(channel);
    private int _misfits;
    private int _firstLine;
    private string _first = "";

    /// <summary>The channel that is read.</summary>
    public Channel Channel { get; } = channel;

    /// <summary>The value of a cell: NaN for a hole.</summary>
    /// <exception cref="InputException">The cell cannot be a value of this channel.</exception>
    public double Read(ReadOnlySpan<char> cell, RowReader rows)
    {
        if (Cell.IsHole(cell))
        {
            return double.NaN;
        }

        if (_labels.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(cell, out double index))
        {
            return index;
        }

        if (Channel.Kind == ChannelKind.Binary && Cell.TryYesNo(cell, out bool yes))
        {
            return yes ? 1 : 0;
        }

        if (!Cell.TryNumber(cell, out double number))
        {
            return Channel.Kind == ChannelKind.Categorical || _labels.Count > 0
                ? Misfit(cell, rows, "one of its categories")
                : throw Error(cell, rows, Cell.HasDecimalComma(cell) ? "a number with a decimal point" : "a number or an empty cell");
        }

        if (Channel.Kind == ChannelKind.Categorical)
        {
            // Other tools write a category 3 as 3.0 where the column has holes.
            string text = number.ToString("R", CultureInfo.InvariantCulture);
            return _labels.TryGetValue(text, out index) ? index : Misfit(cell, rows, "one of its categories");
        }

        if (!Cell.IsUsable(number))
        {
            throw Error(cell, rows, Cell.ExpectedFinite);
        }

        return Channel.Kind switch
        {
            ChannelKind.Binary when number is not (0 or 1) => Misfit(cell, rows, "0 or 1"),
            ChannelKind.Positive when number < 0 => Misfit(cell, rows, "a number of at least 0, as the channel is positive"),
            _ => number,
        };
    }

    /// <summary>What was taken as a hole though it was not one; null where nothing was.</summary>
    public string? Warning(string source) => _misfits == 0 ? null
        : $"{source}: channel '{Channel.Name}' has {_misfits} value{(_misfits == 1 ? "" : "s")} that the model does not know, "
        + $"taken as holes (the first is {_first} in line {_firstLine}).";

    private static Dictionary<string, double> Labels(Channel channel)
    {
        StringComparer comparer = channel.Kind == ChannelKind.Binary ? StringComparer.OrdinalIgnoreCase : StringComparer.Ordinal;
        var labels = new Dictionary<string, double>(comparer);
        for (int i = 0; i < channel.Categories.Count; i++)
        {
            labels[channel.Categories[i]] = i;
        }

        return labels;
    }

    private double Misfit(ReadOnlySpan<char> cell, RowReader rows, string expected)
    {
        if (learning)
        {
            throw Error(cell, rows, expected);
        }

        if (_misfits++ == 0)
        {
            _first = InputException.Quote(cell);
            _firstLine = rows.Line;
        }

        return double.NaN;
    }

    private InputException Error(ReadOnlySpan<char> cell, RowReader rows, string expected) =>
        InputException.At(rows.Source, rows.Line, Channel.Name, InputException.Quote(cell), expected);
}
