using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium evaluate</c>: how good a model is on data it has not seen, beside simple rules.</summary>
internal sealed class EvaluateVerb
{
    private readonly Argument<string> _model = new("MODEL") { Description = "The model file.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Argument<string> _test = new("TEST") { Description = "The data to test on (- is standard input).", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _after = TypedOption.Text("--after", "DATA", "The history before the test (default: the test's own first slices).");
    private readonly Option<int?> _horizon = TypedOption.Whole("--horizon", "Slices ahead that are tested (default 24).");
    private readonly Option<int?> _stride = TypedOption.Whole("--stride", "Slices between two forecasts (default: so that about 200 fit).");
    private readonly Option<int?> _paths = TypedOption.Whole("--paths", "Sampled paths per forecast (default 128).", least: 2);
    private readonly Option<ulong?> _seed = TypedOption.Seed("Seed of the sampled paths (default 1).");
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads; the result does not depend on it (default: all).");
    private readonly Option<bool> _json = TypedOption.Json();
    private readonly Option<long?> _expertMemory = TypedOption.ExpertMemory();
    private readonly ReadingOptions _reading = new();
    private readonly NabEvaluation _nab = new();
    private readonly MaskEvaluation _masks = new();

    private EvaluateVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var evaluate = new EvaluateVerb();
        var verb = new Verb("evaluate", "Test a model on data it has not seen, beside persistence, seasonal-naive and ridge autoregression.",
            ("pallium evaluate room.pallium test.csv --after room.csv --horizon 24", "scores of 24-slice forecasts, per channel"),
            ("pallium evaluate --nab series.csv --windows windows.csv", "how well labelled anomalies are found, as the Numenta Anomaly Benchmark scores it"),
            ("pallium evaluate room.pallium test.csv --after room.csv --masks 1000 --train room.csv", "any cells from any others, beside baselines fitted for each set"))
        {
            evaluate._model, evaluate._test, evaluate._after, evaluate._horizon, evaluate._stride, evaluate._paths,
            evaluate._seed, evaluate._threads, evaluate._json, evaluate._expertMemory,
        };
        evaluate._masks.AddTo(verb);
        evaluate._reading.AddTo(verb);
        evaluate._nab.AddTo(verb);
        verb.SetAction(evaluate.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        string? testPath = parsed.GetValue(_test);
        if (_nab.IsAsked(parsed))
        {
            RefuseUnused(parsed, "--nab", [_after, _horizon, _stride, _paths, _seed, _threads, _expertMemory, .. _masks.All, .. _reading.All]);
            return testPath == null ? _nab.Run(parsed, parsed.GetValue(_model), parsed.GetValue(_json))
                : throw new InputException($"evaluate: found the data '{testPath}' beside --nab, which names its own, expected at most a model.");
        }

        if (testPath == null)
        {
            string missing = parsed.GetValue(_model) == null ? _model.Name : _test.Name;
            throw new InputException($"evaluate: found no {missing}, expected pallium evaluate MODEL TEST (see pallium evaluate --help).");
        }

        WorldModel model = ModelFile.Load(parsed.GetRequiredValue(_model), parsed.GetValue(_expertMemory));
        FrameOptions reading = _reading.Of(parsed, model.Schema);
        if (_masks.IsWanted(parsed))
        {
            RefuseUnused(parsed, "--masks", [_horizon, _stride, _paths]);
            return _masks.Run(
                parsed, model, path => DataFile.Read(path, reading), testPath, parsed.GetValue(_after), parsed.GetValue(_seed),
                parsed.GetValue(_threads), parsed.GetValue(_json));
        }

        using var test = new RereadData(testPath, model.Schema, reading);
        using RereadData? after = parsed.GetValue(_after) is string path ? new RereadData(path, model.Schema, reading) : null;
        EvaluateOptions defaults = new();
        EvaluateOptions options = defaults with
        {
            Horizon = parsed.GetValue(_horizon) ?? defaults.Horizon,
            Stride = parsed.GetValue(_stride),
            Paths = parsed.GetValue(_paths) ?? defaults.Paths,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            Threads = parsed.GetValue(_threads) ?? defaults.Threads,
        };
        using var interrupt = new Interrupt();
        Evaluation evaluation = ProgressDisplay.Share("testing", progress => model.Evaluate(test.Slices, after?.Slices(), options, progress, interrupt.Token));
        if (parsed.GetValue(_json))
        {
            JsonOutput.Write(json => WriteJson(json, evaluation));
        }
        else
        {
            WriteText(Terminal.Out(), evaluation);
        }

        return ExitCode.Success;
    }

    /// <summary>Refuses options that a way of testing would pass over.</summary>
    private static void RefuseUnused(ParseResult parsed, string beside, IEnumerable<Option> options)
    {
        if (options.FirstOrDefault(option => parsed.GetResult(option) is { Implicit: false }) is { } unused)
        {
            throw new InputException($"Option {unused.Name}: found it beside {beside}, which has no use for it, expected one of the two.");
        }
    }

    /// <summary>The scores as tables.</summary>
    internal static void WriteText(IAnsiConsole console, Evaluation evaluation)
    {
        Table table = TextTable.Of(["channel", "score"], "model", "persistence", $"seasonal ({evaluation.Season})", "autoregression");
        bool marks = !console.Profile.Capabilities.Ansi;
        foreach (ChannelEvaluation channel in evaluation.Channels)
        {
            AddChannel(table, channel, marks);
        }

        console.Write(table);
        console.WriteLine($"The best of a row is {(marks ? "marked *" : "bold")}; errors and CRPS are in the channel's unit (categories: share of wrong answers, and the Brier score).");
        console.WriteLine();
        WriteLikelihoods(console, evaluation);
        console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"90 % intervals hold {Figures.Percent(evaluation.Coverage)} of {evaluation.CoverageCells:N0} cells, over all channels and {evaluation.Horizon} slices ahead from {evaluation.Origins:N0} origins."));
        console.WriteLine($"Orders of asking disagree by {Figures.Score(evaluation.OrderDisagreement)} nats per slice.");
    }

    /// <summary>The scores as JSON.</summary>
    internal static void WriteJson(Utf8JsonWriter json, Evaluation evaluation)
    {
        json.WriteStartObject();
        json.WriteNumber("horizon", evaluation.Horizon);
        json.WriteNumber("origins", evaluation.Origins);
        json.WriteNumber("season", evaluation.Season);
        json.Figure("coverage", evaluation.Coverage);
        json.WriteNumber("coverageCells", evaluation.CoverageCells);
        json.Figure("orderDisagreement", evaluation.OrderDisagreement);
        json.Object("channels", () =>
        {
            foreach (ChannelEvaluation channel in evaluation.Channels)
            {
                json.Object(channel.Channel.Name, () =>
                {
                    json.WriteString("unit", channel.Channel.Unit);
                    json.Figure("logLoss", channel.LogLoss);
                    json.Figure("conditionalLogLoss", channel.ConditionalLogLoss);
                    WriteScores(json, "model", channel.Model);
                    WriteScores(json, "persistence", channel.Persistence);
                    WriteScores(json, "seasonal", channel.Seasonal);
                    WriteScores(json, "autoregression", channel.Autoregression);
                });
            }
        });
        json.WriteEndObject();
    }

    private static void WriteScores(Utf8JsonWriter json, string name, Scores scores) => json.Object(name, () =>
    {
        json.Figure("error", scores.Error);
        json.Figure("meanAbsoluteError", scores.MeanAbsoluteError);
        json.Figure("crps", scores.Crps);
        json.Figure("coverage", scores.Coverage);
        json.WriteNumber("cells", scores.Cells);
    });

    private static void AddChannel(Table table, ChannelEvaluation channel, bool marks)
    {
        Scores[] all = [channel.Model, channel.Persistence, channel.Seasonal, channel.Autoregression];
        string name = channel.Channel.Header;
        if (channel.Channel.IsNumeric)
        {
            AddRow(name, "RMSE", scores => scores.Error);
            AddRow("", "MAE", scores => scores.MeanAbsoluteError);
            AddRow("", "CRPS", scores => scores.Crps);
        }
        else
        {
            AddRow(name, "wrong", scores => scores.Error);
            AddRow("", "Brier", scores => scores.Crps);
        }

        if (all.Any(scores => !double.IsNaN(scores.Coverage)))
        {
            table.AddTexts(["", "in 90 %", .. all.Select(scores => Figures.Percent(scores.Coverage))]);
        }

        table.AddEmptyRow();

        void AddRow(string first, string score, Func<Scores, double> pick)
        {
            double best = all.Select(pick).Where(double.IsFinite).DefaultIfEmpty(double.NaN).Min();
            table.AddRow([new Text(first), new Text(score), .. all.Select(scores => pick(scores) == best
                ? new Text(Figures.Score(best) + (marks ? "*" : ""), new Style(decoration: Decoration.Bold)) : new Text(Figures.Score(pick(scores))))]);
        }
    }

    private static void WriteLikelihoods(IAnsiConsole console, Evaluation evaluation)
    {
        Table table = TextTable.Of(["channel"], "nats per cell, given the past", "given also the rest of its slice");
        foreach (ChannelEvaluation channel in evaluation.Channels)
        {
            table.AddTexts(channel.Channel.Header, Figures.Score(channel.LogLoss), Figures.Score(channel.ConditionalLogLoss));
        }

        console.Write(table);
    }
}
