using System.Globalization;

namespace Pallium.Inference;

/// <summary>What a first pass over a column has seen: enough to say what the column is.</summary>
internal sealed class ColumnProfile
{
    /// <summary>More categories than these are taken for names or remarks.</summary>
    public const int MostCategories = 64;

    private readonly HashSet<string> _texts = [];
    private long _numbers;
    private long _others;
    private bool _onlyZeroOne = true;
    private bool _onlyYesNo = true;

    /// <summary>The first cell that is no hole; null where all are.</summary>
    public string? First { get; private set; }

    /// <summary>Takes in a cell.</summary>
    public void Add(ReadOnlySpan<char> cell)
    {
        if (Cell.IsHole(cell))
        {
            return;
        }

        First ??= cell.ToString();
        if (_texts.Count <= MostCategories)
        {
            _texts.GetAlternateLookup<ReadOnlySpan<char>>().Add(cell);
        }

        if (Cell.TryNumber(cell, out double number))
        {
            _numbers++;
            _onlyZeroOne &= number is 0 or 1;
        }
        else if (Cell.HasDecimalComma(cell))
        {
            _numbers++;
            _onlyZeroOne = false;
        }
        else
        {
            _others++;
            _onlyYesNo &= Cell.TryYesNo(cell, out _);
        }
    }

    /// <summary>
    /// The channel that the column is. A column of at least as many numbers as texts is one of numbers (so that a stray text is an
    /// error): binary where all are 0 or 1, else real for now (see <see cref="NumericKind"/>). A column of texts is binary where all are
    /// true and false or yes and no, else categorical.
    /// </summary>
    /// <exception cref="InputException">The column has too many different texts.</exception>
    public Channel Describe(string name, string? unit, ChannelKind? kind, string source)
    {
        bool numbers = _numbers >= _others;
        ChannelKind found = kind ?? (numbers ? (_onlyZeroOne ? ChannelKind.Binary : ChannelKind.Real)
            : _onlyYesNo && _numbers == 0 ? ChannelKind.Binary : ChannelKind.Categorical);
        bool labelled = found == ChannelKind.Categorical || (found == ChannelKind.Binary && !numbers);
        return new Channel(name, found) { Unit = unit, Categories = labelled ? Categories(found, name, source) : [] };
    }

    private List<string> Categories(ChannelKind kind, string name, string source)
    {
        int most = kind == ChannelKind.Binary && !_onlyYesNo ? 2 : MostCategories;
        if (_texts.Count > most)
        {
            throw new InputException($"{source}, column '{name}': found more than {most} different texts, expected numbers or at most "
                + $"{most} categories (options name a column as time, series or static, or ignore it).");
        }

        List<string> sorted = [.. _texts.Order(StringComparer.Ordinal)];
        if (kind == ChannelKind.Binary && _onlyYesNo)
        {
            string[] no = [.. sorted.Where(text => !IsYes(text))];
            string[] yes = [.. sorted.Where(IsYes)];
            return [no.FirstOrDefault("no"), yes.FirstOrDefault("yes")];
        }

        return sorted.TrueForAll(text => Cell.TryNumber(text, out _))
            ? [.. sorted.OrderBy(text => double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture))] : sorted;
    }

    private static bool IsYes(string text) => Cell.TryYesNo(text, out bool yes) && yes;
}
