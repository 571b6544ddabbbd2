namespace Pallium.Inference;

/// <summary>What to do with a stamp that occurs twice in a series.</summary>
public enum Duplicates
{
    /// <summary>An error that names the line.</summary>
    Refuse,

    /// <summary>The first row stays.</summary>
    First,

    /// <summary>The last row stays.</summary>
    Last,

    /// <summary>Numbers are averaged over the rows that have them; of yes/no and categories the last stays.</summary>
    Mean,
}

/// <summary>How a file is read. Columns are named by their name without the unit, or by the whole header.</summary>
public sealed record FrameOptions
{
    /// <summary>
    /// The time column. Null finds it: a column named time, timestamp, datetime, date_time, date or ds (in any case), else the
    /// first column whose first value is a date. An empty text says that there is none.
    /// </summary>
    public string? Time { get; init; }

    /// <summary>The column that names the series of a row; null where there is one series.</summary>
    public string? Series { get; init; }

    /// <summary>Columns that are constant within a series: always-known inputs, never answers.</summary>
    public IReadOnlyList<string> Static { get; init; } = [];

    /// <summary>Channels whose future is known in advance.</summary>
    public IReadOnlyList<string> Known { get; init; } = [];

    /// <summary>Columns to leave out.</summary>
    public IReadOnlyList<string> Ignore { get; init; } = [];

    /// <summary>Whether rows are independent, without time.</summary>
    public bool Table { get; init; }

    /// <summary>
    /// The IANA zone of stamps without an offset; null is UTC. A local hour that a change of clocks repeats is taken as the
    /// earlier one first, and as the later one when time would otherwise not go forward; one that it skips is an error.
    /// </summary>
    public string? TimeZone { get; init; }

    /// <summary>What to do with a stamp that occurs twice in a series.</summary>
    public Duplicates Duplicates { get; init; } = Duplicates.Refuse;

    /// <summary>The kinds of columns that are not to be found from the data.</summary>
    public IReadOnlyDictionary<string, ChannelKind> Kinds { get; init; } = new Dictionary<string, ChannelKind>();

    /// <summary>
    /// The columns of an existing model; null finds them from the data. Values that do not fit (a category first met after
    /// learning, a negative value of a positive channel) are then holes with a warning, a missing channel is all holes with a
    /// warning, other columns are left out with a warning.
    /// </summary>
    public FrameSchema? Schema { get; init; }
}
