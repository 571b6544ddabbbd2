using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium select</c>: which channels matter for one of them, and what leaving them out costs.</summary>
internal sealed class SelectVerb
{
    private readonly Argument<string> _data = new("DATA") { Description = "CSV with a header or JSON lines, plain or gzip (- is standard input)." };
    private readonly Option<string> _target = new("--target") { HelpName = "CHANNEL", Description = "The channel that the others are to tell.", Required = true };
    private readonly ColumnOptions _columns = new();
    private readonly Option<bool> _ownPast = TypedOption.Flag("--own-past", "In streams, read what the target was before as well: a channel then matters for what it adds to that.");
    private readonly Option<double?> _tolerance = TypedOption.Between(
        "--tolerance", "LOSS", "What a selection may lose per slice against the best, beyond one standard error of the difference, in nats, or of a number in halves of its variance (default 0.005).", 0, 10);

    private readonly Option<double?> _testShare = TypedOption.Between(
        "--test-share", "SHARE", "The share at the end of every series, or of a table's rows in random order, that gives the scores and is not used in choosing (default 0.2).", 0.05, 0.9);

    private readonly Option<string?> _stack = TypedOption.Text(
        "--stack", "TEXT", "The network behind the masks, see pallium stacks (default: linear(32)+residual(swiglu(64)) for tables, gru(32) for streams).");

    private readonly Option<int?> _updates = TypedOption.Whole("--updates", "Updates of every network that is learned (default 1000).");
    private readonly Option<ulong?> _seed = TypedOption.Seed();
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads; the result does not depend on it (default: all).");
    private readonly Option<bool> _json = TypedOption.Json();

    private SelectVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var select = new SelectVerb();
        var verb = new Verb("select", "Select the channels that matter for one of them; how many is found out as well, and what each costs to leave out.",
            ("pallium select room.csv --target occupied", "what tells whether a room is occupied, from the other channels now and before"),
            ("pallium select patients.csv --target outcome --table", "independent rows"),
            ("pallium select room.csv --target co2 --own-past --json", "what adds to co2's own past, as JSON"))
        {
            select._data, select._target, select._ownPast, select._tolerance, select._testShare, select._stack, select._updates, select._seed, select._threads, select._json,
        };
        select._columns.AddTo(verb, hasFuture: false);
        verb.SetAction(select.Run);
        return verb;
    }

    /// <summary>Every channel and its cost, the prices tried, and the scores.</summary>
    internal static void WriteText(IAnsiConsole console, SelectionResult result)
    {
        bool isNumber = double.IsNaN(result.All.Accuracy);
        string metric = isNumber ? "RMSE" : "accuracy";
        Table channels = TextTable.Of(["channel", "kept"], "logit", "mask open", "cost", "its error", $"{metric} without");
        foreach (SelectedChannel channel in result.Channels)
        {
            channels.AddTexts(
            [
                channel.Channel.Header, channel.Kept ? "yes" : "no", Figures.Score(channel.Logit), Figures.Percent(channel.Probability), Figures.Score(channel.Cost),
                Figures.Score(channel.CostError), channel.Without is { } without ? Metric(without) : "-",
            ]);
        }

        Table scores = TextTable.Of([$"{result.Target.Header} from"], "channels", "nats", metric, isNumber ? "explained" : "balanced");
        foreach ((string name, int count, SelectionScore score) in new[]
        {
            ("all", result.Channels.Count, result.All), ("the selection", result.Kept.Count(), result.Selected), ("none", 0, result.None),
        })
        {
            scores.AddTexts([name, Figures.Count(count), Figures.Score(score.Loss), Metric(score), Figures.Percent(isNumber ? score.Explained : score.BalancedAccuracy)]);
        }

        Table path = TextTable.Of([], "price", "channels", "held-out loss", "above the best", "its error", "chosen");
        foreach (SelectionStep step in result.Path)
        {
            path.AddTexts(
            [
                double.IsInfinity(step.Price) ? "none kept" : step.Price == 0 ? "all kept" : Figures.Score(step.Price), step.Channels.ToString("F1", CultureInfo.InvariantCulture),
                Figures.Score(step.Loss), Figures.Score(step.Excess), Figures.Score(step.ExcessError), step.IsChosen ? "yes" : "",
            ]);
        }

        console.Write(channels);
        console.Write(scores);
        console.Write(path);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Kept {result.Kept.Count()} of {result.Channels.Count} channels; against all of them that costs {Figures.Score(result.Cost)} nats per slice (standard error {Figures.Score(result.CostError)})."));
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"Costs and scores come from {result.TestSlices:N0} slices of which the choice knew nothing; the prices were tried on {result.Folds} parts of {result.Slices:N0} others{(isNumber ? ", in halves of the variance" : ", in nats")}."));

        string Metric(SelectionScore score) => isNumber ? Figures.Score(score.RootMeanSquare) : Figures.Percent(score.Accuracy);
    }

    /// <summary>The same as JSON.</summary>
    internal static void WriteJson(Utf8JsonWriter json, SelectionResult result)
    {
        json.WriteStartObject();
        json.WriteString("target", result.Target.Name);
        json.Texts("selected", result.Kept.Select(channel => channel.Channel.Name));
        WriteScore(json, "all", result.All);
        WriteScore(json, "selection", result.Selected);
        WriteScore(json, "none", result.None);
        json.Figure("cost", result.Cost);
        json.Figure("costError", result.CostError);
        json.Objects("channels", result.Channels, channel =>
        {
            json.WriteString("name", channel.Channel.Name);
            json.WriteBoolean("kept", channel.Kept);
            json.Figure("logit", channel.Logit);
            json.Figure("probability", channel.Probability);
            if (channel.Without is { } without)
            {
                json.Figure("cost", channel.Cost);
                json.Figure("costError", channel.CostError);
                WriteScore(json, "without", without);
            }
        });
        json.Objects("prices", result.Path, step =>
        {
            json.Figure("price", step.Price);
            json.Figure("channels", step.Channels);
            json.Figure("loss", step.Loss);
            json.Figure("excess", step.Excess);
            json.Figure("excessError", step.ExcessError);
            json.WriteBoolean("chosen", step.IsChosen);
        });
        json.WriteNumber("slices", result.Slices);
        json.WriteNumber("testSlices", result.TestSlices);
        json.WriteNumber("folds", result.Folds);
        json.WriteString("stack", result.Stack);
        json.WriteEndObject();
    }

    private static void WriteScore(Utf8JsonWriter json, string name, SelectionScore score) => json.Object(name, () =>
    {
        json.Figure("loss", score.Loss);
        if (double.IsNaN(score.Accuracy))
        {
            json.Figure("rmse", score.RootMeanSquare);
            json.Figure("explained", score.Explained);
        }
        else
        {
            json.Figure("accuracy", score.Accuracy);
            json.Figure("balancedAccuracy", score.BalancedAccuracy);
        }
    });

    private int Run(ParseResult parsed)
    {
        string data = parsed.GetRequiredValue(_data);
        var defaults = new SelectionOptions();
        var options = new SelectionOptions
        {
            Stack = parsed.GetValue(_stack),
            ReadsOwnPast = parsed.GetValue(_ownPast),
            Tolerance = parsed.GetValue(_tolerance) ?? defaults.Tolerance,
            TestShare = parsed.GetValue(_testShare) ?? defaults.TestShare,
            Updates = parsed.GetValue(_updates) ?? defaults.Updates,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            Threads = parsed.GetValue(_threads) ?? defaults.Threads,
        };
        Frame frame = DataFile.Read(data, _columns.Of(parsed));
        using var interrupt = new Interrupt();
        SelectionResult result = ProgressDisplay.Select(progress => ChannelSelector.Select(frame, parsed.GetRequiredValue(_target), options, progress, interrupt.Token));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(json => WriteJson(json, result));
        }
        else
        {
            WriteText(Terminal.Out(), result);
        }

        return ExitCode.Success;
    }
}
