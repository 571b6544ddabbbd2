using System.CommandLine;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium evaluate --masks</c>: one model on random clamp sets, beside baselines that are fitted for each of them.</summary>
internal sealed class MaskEvaluation
{
    private readonly Option<int?> _masks = TypedOption.Whole(
        "--masks", "Test that many random clamp sets instead of forecasts: some channels of a slice are given beside the past, the others asked for.");

    private readonly Option<string?> _train = TypedOption.Text(
        "--train", "DATA", "With --masks: what the model was learned from; ridge regression and neighbours are fitted to it for every set (default: --after, else the first half of the test data, of which only the second is tested then).");

    private readonly Option<int?> _slices = TypedOption.Whole("--slices", "With --masks: slices of the test that every set is asked about (default 200).");

    /// <summary>The options.</summary>
    public IEnumerable<Option> All => [_masks, _train, _slices];

    /// <summary>Adds the options to the verb.</summary>
    public void AddTo(Command verb)
    {
        foreach (Option option in All)
        {
            verb.Add(option);
        }
    }

    /// <summary>Whether clamp sets are to be tested.</summary>
    public bool IsWanted(ParseResult parsed)
    {
        bool wanted = parsed.GetValue(_masks) is not null;
        return wanted || (parsed.GetValue(_train) is null && parsed.GetValue(_slices) is null)
            ? wanted
            : throw new InputException("Options --train and --slices: found no --masks beside them, expected the number of random clamp sets.");
    }

    /// <summary>Tests the model.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="model">The model.</param>
    /// <param name="read">Reads a file with the model's columns.</param>
    /// <param name="test">The file to test on.</param>
    /// <param name="after">The history before it.</param>
    /// <param name="seed">Seed of sets and slices.</param>
    /// <param name="threads">Threads; null: all.</param>
    /// <param name="json">Whether to write JSON.</param>
    public int Run(ParseResult parsed, WorldModel model, Func<string, Frame> read, string test, string? after, ulong? seed, int? threads, bool json)
    {
        Frame? history = after is null ? null : read(after);
        Frame asked = read(test);
        Frame? training = parsed.GetValue(_train) is { } train ? read(train) : history;
        bool halves = training is null;
        if (training is null)
        {
            (training, asked) = asked.Split(0.5);
            history = model.Schema.IsTable ? null : training;
        }

        MaskOptions defaults = new();
        MaskOptions options = defaults with
        {
            Masks = parsed.GetValue(_masks) ?? defaults.Masks,
            Slices = parsed.GetValue(_slices) ?? defaults.Slices,
            Seed = seed ?? defaults.Seed,
            Threads = threads ?? defaults.Threads,
            After = history,
        };
        using var interrupt = new Interrupt();
        MaskedEvaluation result = ProgressDisplay.Share("testing", progress => MaskedEvaluation.Run(model, asked, training, options, progress, interrupt.Token));
        if (json)
        {
            JsonOutput.Write(writer => WriteJson(writer, result));
        }
        else
        {
            WriteText(Terminal.Out(), result);
            if (halves)
            {
                Terminal.Out().WriteLine($"Without --train the baselines were fitted to the first half of {test}, and the second was tested.");
            }
        }

        return ExitCode.Success;
    }

    /// <summary>The scores by number of given channels, and what is to be known of them all.</summary>
    internal static void WriteText(IAnsiConsole console, MaskedEvaluation result)
    {
        Table table = TextTable.Of([], "given", "sets", "won", "error", "ridge", "neighbours", "nats", "ridge", "neighbours", "in 90 %");
        foreach (IGrouping<int, ClampSetScores> size in result.Sets.GroupBy(set => set.Given.Count).OrderBy(size => size.Key))
        {
            double Mean(Func<ClampSetScores, double> pick) => size.Sum(set => set.Times * pick(set)) / size.Sum(set => set.Times);
            var part = new MaskedEvaluation([.. size], result.Slices);
            table.AddTexts(
            [
                Figures.Count(size.Key), Figures.Count(part.Draws), Figures.Percent(part.Won),
                Figures.Score(Mean(set => set.Model.Error)), Figures.Score(Mean(set => set.Ridge.Error)), Figures.Score(Mean(set => set.Neighbours.Error)),
                Figures.Score(Mean(set => set.Model.LogLoss)), Figures.Score(Mean(set => set.Ridge.LogLoss)), Figures.Score(Mean(set => set.Neighbours.LogLoss)),
                Figures.Percent(part.Coverage),
            ]);
        }

        console.Write(table);
        console.WriteLine("given: channels of the slice that were known beside the past; error: of the means, 1 is that of the training mean; nats: per cell; means over sets.");
        console.WriteLine(FormattableString.Invariant(
            $"The error was at most that of the better baseline, fitted for the very set, on {Figures.Percent(result.Won)} of {Figures.Count(result.Draws)} clamp sets ({Figures.Count(result.Sets.Count)} distinct), asked about {Figures.Count(result.Slices)} slices each."));
        console.WriteLine($"90 % intervals hold {Figures.Percent(result.Coverage)} of the numeric cells.");
    }

    /// <summary>All scores as JSON.</summary>
    internal static void WriteJson(Utf8JsonWriter json, MaskedEvaluation result)
    {
        json.WriteStartObject();
        json.WriteNumber("draws", result.Draws);
        json.WriteNumber("slices", result.Slices);
        json.Figure("won", result.Won);
        json.Figure("coverage", result.Coverage);
        json.Objects("sets", result.Sets, set =>
        {
            json.Texts("given", set.Given.Select(channel => channel.Name));
            json.WriteNumber("times", set.Times);
            WriteScores(json, "model", set.Model);
            WriteScores(json, "ridge", set.Ridge);
            WriteScores(json, "neighbours", set.Neighbours);
        });
        json.WriteEndObject();
    }

    private static void WriteScores(Utf8JsonWriter json, string name, MaskScores scores) => json.Object(name, () =>
    {
        json.Figure("error", scores.Error);
        json.Figure("logLoss", scores.LogLoss);
        json.Figure("coverage", scores.Coverage);
    });
}
