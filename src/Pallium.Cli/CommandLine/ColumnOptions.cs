using System.CommandLine;

namespace Pallium.Cli;

/// <summary>How data are read whose columns are to be found: what is learned from.</summary>
internal sealed class ColumnOptions
{
    private readonly Option<string?> _time = TypedOption.Text("--time", "COL", "The time column (default: found by its name or its dates; \"\" says that there is none).");
    private readonly Option<string?> _series = TypedOption.Text("--series", "COL", "The column that names the series of a row.");
    private readonly Option<string[]> _static = TypedOption.Texts("--static", "COL", "Columns that are constant within a series: inputs, never answers.", severalPerOption: true);
    private readonly Option<string[]> _known = TypedOption.Texts("--known", "COL", "Channels whose future is known in advance.", severalPerOption: true);
    private readonly Option<string[]> _ignore = TypedOption.Texts("--ignore", "COL", "Columns to leave out.", severalPerOption: true);
    private readonly Option<bool> _table = TypedOption.Flag("--table", "Rows are independent, without time.");
    private readonly Option<string[]> _kinds = TypedOption.Texts("--kind", "COL=KIND", "What a column is: real, positive, binary or categorical (default: found from the data).", severalPerOption: true);
    private readonly Option<string?> _timeZone = ReadingOptions.TimeZone();
    private readonly Option<Duplicates?> _duplicates = ReadingOptions.Duplicates();

    /// <summary>The options that a model to go on with has settled.</summary>
    public Option[] SettledByModel => [_static, _known, _kinds, _table];

    /// <summary>Adds the options to a verb; <c>--known</c> only where a future matters.</summary>
    public void AddTo(Command verb, bool hasFuture)
    {
        Option[] all = [_time, _series, _static, _known, _ignore, _table, _kinds, _timeZone, _duplicates];
        foreach (Option option in all.Where(option => hasFuture || option != _known))
        {
            verb.Add(option);
        }
    }

    /// <summary>What the user said, for data whose columns are to be found.</summary>
    public FrameOptions Of(ParseResult parsed) => Common(parsed) with
    {
        Static = parsed.GetValue(_static)!,
        Known = parsed.GetResult(_known) is null ? [] : parsed.GetValue(_known)!,
        Table = parsed.GetValue(_table),
        Kinds = Kinds(parsed.GetValue(_kinds)!),
    };

    /// <summary>What the user said, for data of a model's columns.</summary>
    public FrameOptions Of(ParseResult parsed, FrameSchema schema) => Common(parsed) with { Schema = schema };

    private FrameOptions Common(ParseResult parsed) => new()
    {
        Time = parsed.GetValue(_time),
        Series = parsed.GetValue(_series),
        Ignore = parsed.GetValue(_ignore)!,
        TimeZone = parsed.GetValue(_timeZone),
        Duplicates = parsed.GetValue(_duplicates) ?? Duplicates.Refuse,
    };

    private static Dictionary<string, ChannelKind> Kinds(string[] texts)
    {
        (string Word, ChannelKind Kind)[] words = [.. Enum.GetValues<ChannelKind>().Select(kind => (kind.ToString().ToLowerInvariant(), kind))];
        var kinds = new Dictionary<string, ChannelKind>();
        foreach (string text in texts)
        {
            (string name, string word) = CellText.ParseAssignment(text, "--kind");
            int at = Array.FindIndex(words, pair => pair.Word == word);
            kinds[name] = at >= 0 ? words[at].Kind
                : throw new InputException($"Option --kind: found '{text}', expected {name}= and one of {string.Join(", ", words.Select(pair => pair.Word))}.");
        }

        return kinds;
    }
}
