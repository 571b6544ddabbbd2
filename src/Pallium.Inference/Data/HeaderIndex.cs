namespace Pallium.Inference;

/// <summary>The columns of a source by name, with or without their unit.</summary>
internal sealed class HeaderIndex(string source)
{
    private readonly Dictionary<string, int> _columns = [];
    private readonly Dictionary<string, int> _headers = [];

    /// <summary>Names without units, in column order.</summary>
    public List<string> Names { get; } = [];

    /// <summary>Units, in column order; null where a header has none.</summary>
    public List<string?> Units { get; } = [];

    /// <summary>Takes in the columns that are new since the last call.</summary>
    /// <exception cref="InputException">A name is empty, or occurs twice.</exception>
    public void Update(IReadOnlyList<string> header)
    {
        for (int i = Names.Count; i < header.Count; i++)
        {
            (string name, string? unit) = Channel.SplitHeader(header[i]);
            if (name.Length == 0)
            {
                throw new InputException($"{source}: found no name for column {i + 1}, expected a header that names every column.");
            }

            if (!_columns.TryAdd(name, i))
            {
                throw new InputException($"{source}: found the column name '{name}' twice (columns {_columns[name] + 1} and {i + 1}), "
                    + "expected distinct names.");
            }

            _headers.TryAdd(header[i], i);
            Names.Add(name);
            Units.Add(unit);
        }
    }

    /// <summary>The index of a column; -1 where there is none.</summary>
    public int Find(string? name) =>
        name == null ? -1 : _columns.TryGetValue(name, out int i) || _headers.TryGetValue(name, out i) ? i : -1;

    /// <summary>The index of a column that an option names.</summary>
    /// <exception cref="InputException">There is no such column.</exception>
    public int Require(string name, string option)
    {
        int column = Find(name);
        if (column >= 0)
        {
            return column;
        }

        string? near = NearestName.Find(name, Names);
        throw new InputException($"{source}: found no column '{name}' for the option {option}, expected "
            + (near == null ? $"one of {List(Names)}." : $"a column of the file such as '{near}'."));
    }

    /// <summary>Names as an error lists them: quoted, the first eight.</summary>
    public static string List(IReadOnlyList<string> names)
    {
        const int Most = 8;
        string list = string.Join(", ", names.Take(Most).Select(name => $"'{name}'"));
        return names.Count <= Most ? list : $"{list} and {names.Count - Most} more";
    }
}
