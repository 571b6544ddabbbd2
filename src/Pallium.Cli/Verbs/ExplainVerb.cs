using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium explain</c>: which channels of a slice were surprising, and which cells made the prediction what it was.</summary>
internal sealed class ExplainVerb
{
    private const int DefaultTop = 10;
    private const double Level = 0.9;

    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Option<long?> _expertMemory = TypedOption.ExpertMemory();
    private readonly ReadingOptions _reading = new();
    private readonly Option<string> _after = new("--after") { HelpName = "DATA", Description = "The data that hold the slice (- is standard input).", Required = true };
    private readonly Option<string?> _at = TypedOption.Text("--at", "STAMP", "The time of the slice; without a time column its row, from 0 (default: the last slice).");
    private readonly Option<string?> _channel = TypedOption.Text("--channel", "NAME", "The channel whose prediction is explained (default: the most surprising one).");
    private readonly Option<int?> _back = TypedOption.Whole("--back", "Slices before it whose cells are left out in turn (default 8).", least: 0);
    private readonly Option<int?> _top = TypedOption.Whole("--top", $"Cells to name, those first that moved the prediction most (default {DefaultTop}).");
    private readonly Option<ulong?> _seed = TypedOption.Seed();
    private readonly Option<bool> _json = TypedOption.Json();

    private ExplainVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var explain = new ExplainVerb();
        var verb = new Verb("explain", "Explain a slice: which channels were surprising, and which cells made the prediction what it was.",
            ("pallium explain room.pallium --after room.csv --at 2015-02-10T14:20", "the slice of that time; its most surprising channel in detail"),
            ("pallium explain room.pallium --after room.csv --channel co2 --back 24 --json", "the last slice; what its co2 was predicted from, up to 24 slices before"))
        {
            explain._model, explain._after, explain._at, explain._channel, explain._back, explain._top, explain._seed, explain._json, explain._expertMemory,
        };
        explain._reading.AddTo(verb);
        verb.SetAction(explain.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        WorldModel model = ModelFile.Load(parsed.GetRequiredValue(_model), parsed.GetValue(_expertMemory));
        FrameSchema schema = _reading.Zoned(parsed, model.Schema);
        var defaults = new ExplainOptions();
        ExplainOptions options = defaults with
        {
            Channel = parsed.GetValue(_channel) is string name ? ChannelNames.Require(schema, name, "Option --channel") : null,
            Back = parsed.GetValue(_back) ?? defaults.Back,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
        };
        History history = Read(parsed, model, schema, options.Back);
        Explanation explanation = history.Before.Explain(history.Since, options);
        double[] times = [.. history.Since.Select(slice => slice.Time)];
        CellInfluence[] cells = [.. explanation.Influences.Take(parsed.GetValue(_top) ?? DefaultTop)];
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(json => WriteJson(json, schema, explanation, cells, times));
        }
        else
        {
            WriteText(Terminal.Out(), schema, explanation, cells, times);
        }

        return ExitCode.Success;
    }

    /// <summary>The data up to the slice, which is the last one kept.</summary>
    private History Read(ParseResult parsed, WorldModel model, FrameSchema schema, int back)
    {
        string after = parsed.GetRequiredValue(_after);
        QuestionReach reach = QuestionReach.None with { Slices = back + 1 };
        FrameOptions options = _reading.Of(parsed, model.Schema);
        if (parsed.GetValue(_at) is not string at)
        {
            return History.Read(model, after, options, reach);
        }

        double stamp = SliceTimes.ReadStamp(schema, at, "Option --at");
        double tolerance = SliceTimes.Near * schema.Time.Step;
        History history = History.Read(model, after, options, reach, until: stamp + tolerance);
        return history.Since.Count == 0 ? throw new InputException($"Option --at: found '{at}', which is before the first slice of {after}, expected the time of a slice.")
            : history.Since[^1].Time < stamp - tolerance ? throw new InputException(
                $"Option --at: found '{at}', expected the time of a slice of {after}: the last one up to then is {schema.Time.Format(history.Since[^1].Time)}.")
            : history;
    }

    internal static void WriteText(IAnsiConsole console, FrameSchema schema, Explanation explanation, CellInfluence[] cells, double[] times)
    {
        console.WriteLine($"{schema.Time.Format(explanation.Time)}: surprise {Figures.Nats(explanation.Surprise.Total)} nats, "
            + $"so much or more in {Figures.Probability(explanation.Surprise.TailProbability)} of slices");
        Table channels = TextTable.Of(["channel", "seen", "expected", "surprise", "usual", "tail"]);
        foreach (ChannelSurprise channel in explanation.Channels)
        {
            channels.AddTexts(schema.Channels[channel.Channel].Header, Figures.Value(schema.Channels[channel.Channel], channel.Value), Short(channel.Belief),
                Figures.Nats(channel.Surprise), Figures.Nats(channel.Expected), Figures.Probability(channel.TailProbability));
        }

        console.Write(channels);
        if (explanation.Prediction is not { } prediction)
        {
            return;
        }

        console.WriteLine($"{prediction.Channel.Header}, expected {Short(prediction)}: what each cell did to that");
        Table influences = TextTable.Of(["cell", schema.Time.Column ?? "step", "value", "without it", "shift (sd)", "gain (nats)"]);
        foreach (CellInfluence cell in cells)
        {
            influences.AddTexts(cell.Cell.Describe(schema.Channels), schema.Time.Format(times[^(1 - cell.Cell.Offset)]),
                Figures.Value(schema.Channels[cell.Cell.Channel], cell.Value), Short(cell.Without), Signed(cell.Shift), Signed(cell.Gain));
        }

        console.Write(influences);
    }

    internal static void WriteJson(Utf8JsonWriter json, FrameSchema schema, Explanation explanation, CellInfluence[] cells, double[] times)
    {
        json.WriteStartObject();
        json.Stamp("time", schema.Time, explanation.Time);
        json.Figure("surprise", explanation.Surprise.Total);
        json.Figure("tail", explanation.Surprise.TailProbability);
        json.Objects("channels", explanation.Channels, channel =>
        {
            json.WriteString("channel", schema.Channels[channel.Channel].Name);
            json.Value("value", schema.Channels[channel.Channel], channel.Value);
            json.Belief("expected", Belief.Of(channel.Belief, [Level]), () => { });
            json.Figure("surprise", channel.Surprise);
            json.Figure("usual", channel.Expected);
            json.Figure("tail", channel.TailProbability);
        });
        json.WriteString("explained", explanation.Channel < 0 ? null : schema.Channels[explanation.Channel].Name);
        json.Objects("cells", cells, cell =>
        {
            json.WriteString("cell", cell.Cell.Describe(schema.Channels));
            json.WriteString("channel", schema.Channels[cell.Cell.Channel].Name);
            json.WriteNumber("offset", cell.Cell.Offset);
            json.Stamp("time", schema.Time, times[^(1 - cell.Cell.Offset)]);
            json.Value("value", schema.Channels[cell.Cell.Channel], cell.Value);
            json.Belief("without", Belief.Of(cell.Without, [Level]), () => { });
            json.Figure("shift", cell.Shift);
            json.Figure("gain", cell.Gain);
        });
        json.WriteEndObject();
    }

    private static string Short(Posterior posterior) => BeliefText.Short(Belief.Of(posterior, [Level]), Level);

    private static string Signed(double value) => double.IsNaN(value) ? "-" : value.ToString("+0.00;-0.00;0.00", CultureInfo.InvariantCulture);
}
