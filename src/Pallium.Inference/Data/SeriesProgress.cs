namespace Pallium.Inference;

/// <summary>How far one series of a stream has been read.</summary>
internal sealed class SeriesProgress(string name, int statics)
{
    private int[] _counts = [];

    /// <summary>The series' name.</summary>
    public string Name { get; } = name;

    /// <summary>How errors name the series.</summary>
    public string Suffix => Name.Length == 0 ? "" : $" in series {InputException.Quote(Name)}";

    /// <summary>Distinct stamps so far.</summary>
    public int Count { get; set; }

    /// <summary>The last stamp; NaN before the first.</summary>
    public double Last { get; set; } = double.NaN;

    /// <summary>The last stamp as it was written.</summary>
    public string LastText { get; set; } = "";

    /// <summary>The static values known so far. Replaced, not changed, when one becomes known: slices share it.</summary>
    public double[] Static { get; private set; } = [.. Enumerable.Repeat(double.NaN, statics)];

    /// <summary>The slice that waits for rows of the same stamp; null where none does.</summary>
    public Slice? Pending { get; private set; }

    /// <summary>Learns a static value.</summary>
    /// <returns>False where another one was known.</returns>
    public bool Know(int index, double value)
    {
        if (double.IsNaN(Static[index]))
        {
            Static = [.. Static];
            Static[index] = value;
        }

        return Static[index] == value;
    }

    /// <summary>Holds a slice back for rows of the same stamp.</summary>
    public void Hold(Slice slice)
    {
        Pending = slice;
        _counts = [.. slice.Values.Select(value => double.IsNaN(value) ? 0 : 1)];
    }

    /// <summary>Takes in another row of the last stamp.</summary>
    public void Repeat(Slice slice, Duplicates policy, IReadOnlyList<Channel> channels)
    {
        if (policy == Duplicates.First)
        {
            return;
        }

        if (policy == Duplicates.Last)
        {
            Pending = slice;
            return;
        }

        double[] values = Pending!.Values;
        for (int c = 0; c < values.Length; c++)
        {
            if (!double.IsNaN(slice.Values[c]))
            {
                _counts[c]++;
                values[c] = channels[c].IsNumeric && _counts[c] > 1 ? values[c] + ((slice.Values[c] - values[c]) / _counts[c]) : slice.Values[c];
            }
        }

        Pending = Pending with { Merged = true };
    }
}
