using System.CommandLine;

namespace Pallium.Cli;

/// <summary>How data for an existing model are read.</summary>
internal sealed class ReadingOptions
{
    private readonly Option<Duplicates?> _duplicates = Duplicates();
    private readonly Option<string?> _timeZone = TimeZone();

    /// <summary>The options.</summary>
    public IEnumerable<Option> All => [_duplicates, _timeZone];

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        foreach (Option option in All)
        {
            verb.Add(option);
        }
    }

    /// <summary>What the user said, for data of a model's columns.</summary>
    public FrameOptions Of(ParseResult parsed, FrameSchema schema) => new()
    {
        Schema = schema,
        Duplicates = parsed.GetValue(_duplicates) ?? Inference.Duplicates.Refuse,
        TimeZone = parsed.GetValue(_timeZone),
    };

    /// <summary>A model's columns, with stamps without an offset in the zone that the user said.</summary>
    public FrameSchema Zoned(ParseResult parsed, FrameSchema schema) =>
        schema with { Time = schema.Time with { Zone = parsed.GetValue(_timeZone) ?? schema.Time.Zone } };

    /// <summary><c>--duplicates</c>.</summary>
    public static Option<Duplicates?> Duplicates() => TypedOption.Choice(
        "--duplicates", "refuse|first|last|mean", "What to do with a stamp that occurs twice (default: refuse).",
        ("refuse", Inference.Duplicates.Refuse), ("first", Inference.Duplicates.First), ("last", Inference.Duplicates.Last), ("mean", Inference.Duplicates.Mean));

    /// <summary><c>--time-zone</c>.</summary>
    public static Option<string?> TimeZone() =>
        TypedOption.Text("--time-zone", "ID", "The zone of stamps without an offset, such as Europe/Berlin (default: UTC).");
}
