using System.CommandLine;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium forecast</c>: the slices to come after a history.</summary>
internal sealed class ForecastVerb
{
    private const int DefaultHorizon = 24;
    private const double DefaultLevel = 0.9;

    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Option<long?> _expertMemory = TypedOption.ExpertMemory();
    private readonly ReadingOptions _reading = new();
    private readonly Option<string> _after = new("--after") { HelpName = "DATA", Description = "The history to forecast after (- is standard input).", Required = true };
    private readonly Option<int?> _horizon = TypedOption.Whole("--horizon", $"Slices to forecast (default {DefaultHorizon}).");
    private readonly Option<double?> _every = TypedOption.Every();
    private readonly Option<string?> _future = TypedOption.Future();
    private readonly Option<int?> _paths = TypedOption.Whole("--paths", "Sampled paths (default 256).", least: 2);
    private readonly Option<ulong?> _seed = TypedOption.Seed("Seed of the sampled paths (default 1).");
    private readonly Option<double?> _level = TypedOption.Between("--level", "P", "The share that the printed intervals hold (default 0.9).", 0.01, 0.999);
    private readonly Option<string?> _plot = TypedOption.Text("--plot", "SVG", "Write a plot as an SVG file.");
    private readonly Option<bool> _json = TypedOption.Json();

    private ForecastVerb()
    {
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var forecast = new ForecastVerb();
        var verb = new Verb("forecast", "Forecast the slices to come after a history.",
            ("pallium forecast room.pallium --after room.csv --horizon 24 --plot forecast.svg", "forecasts 24 slices, as a table and as a plot"),
            ("pallium forecast sales.pallium --after sales.csv --future plan.csv --json", "with values of the future that are known, as JSON"))
        {
            forecast._model, forecast._after, forecast._horizon, forecast._every, forecast._future, forecast._paths, forecast._seed,
            forecast._level, forecast._plot, forecast._json, forecast._expertMemory,
        };
        forecast._reading.AddTo(verb);
        verb.SetAction(forecast.Run);
        return verb;
    }

    /// <summary>Reads off a forecast what is printed and drawn of it.</summary>
    internal static IReadOnlyList<IReadOnlyList<Belief>> Beliefs(Forecast forecast, double level) =>
        [.. forecast.Cells.Select(slice => slice.Select(cell => Belief.Of(cell, [.. Belief.PlotShares, level])).ToArray())];

    private int Run(ParseResult parsed)
    {
        int horizon = parsed.GetValue(_horizon) ?? DefaultHorizon;
        double level = parsed.GetValue(_level) ?? DefaultLevel;
        string modelPath = parsed.GetRequiredValue(_model);
        string after = parsed.GetRequiredValue(_after);
        string? plot = parsed.GetValue(_plot) is string path ? OutputPath.Check(path, "--plot", modelPath, after) : null;
        WorldModel model = ModelFile.Load(modelPath, parsed.GetValue(_expertMemory));
        if (model.Schema.IsTable)
        {
            throw new InputException($"{modelPath}: found a model of independent rows, expected one of a series (pallium infer asks this one).");
        }

        QuestionReach drawn = QuestionReach.None with { Slices = ForecastPicture.HistoryFor(horizon) };
        History history = History.Read(model, after, _reading.Of(parsed, model.Schema), drawn);
        Session session = history.Keep(0).Before;
        ForecastOptions defaults = new();
        using var interrupt = new Interrupt();
        Forecast forecast = session.Forecast(horizon, defaults with
        {
            Paths = parsed.GetValue(_paths) ?? defaults.Paths,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            Every = parsed.GetValue(_every),
            Future = parsed.GetValue(_future) is string plan ? FutureFile.Read(plan, _reading.Of(parsed, model.Schema)) : null,
        }, interrupt.Token);

        IReadOnlyList<IReadOnlyList<Belief>> cells = Beliefs(forecast, level);
        string title = $"{Path.GetFileName(after)}: {forecast.Horizon} slices after {model.Schema.Time.Format(session.Time)}";
        var picture = new ForecastPicture(title, model.Schema.Time, history.Since, forecast.Times, cells);
        if (parsed.GetValue(_json))
        {
            WriteJson(picture, level, forecast.Paths.Count);
        }
        else
        {
            WriteText(Terminal.Out(), picture, level);
        }

        if (plot != null)
        {
            AtomicFile.Write(plot, stream => FanPlot.Write(stream, picture));
            Console.Error.WriteLine($"Wrote {plot}.");
        }

        return ExitCode.Success;
    }

    private static void WriteText(IAnsiConsole console, ForecastPicture picture, double level)
    {
        console.MarkupLine($"{Markup.Escape(picture.Title)}: median and {100 * level:0.##} % interval");
        BeliefText.WriteTable(console, picture.Axis, picture.Times, picture.Channels, (row, c) => BeliefText.Short(picture.Cells[row][c], level));
        console.WriteLine();
        TerminalFan.Write(console, picture);
    }

    private static void WriteJson(ForecastPicture picture, double level, int paths) => JsonOutput.Write(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("horizon", picture.Times.Count);
        json.WriteNumber("level", level);
        json.WriteNumber("paths", paths);
        json.Objects("slices", Enumerable.Range(0, picture.Times.Count), step =>
        {
            json.WriteNumber("step", step + 1);
            json.Stamp("time", picture.Axis, picture.Times[step]);
            json.Object("channels", () =>
            {
                foreach (Belief belief in picture.Cells[step])
                {
                    json.Belief(belief);
                }
            });
        });
        json.WriteEndObject();
    });
}
