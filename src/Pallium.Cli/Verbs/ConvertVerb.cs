using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium convert</c>: replaces layers of a model by others that learn from them, if that costs no more than is allowed.</summary>
internal sealed class ConvertVerb
{
    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Argument<string?> _data = new("DATA")
    {
        Description = "Data to learn from, such as the model was learned from; the last tenth is held back (default: what the model remembers of its data, the last half of that held back).",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _replace = TypedOption.Text(
        "--replace", "KIND=LAYER", "Layers of which kind, and what takes their place: attention=mamba, or with options attention=gated_delta(heads=4). It gives as many channels.");
    private readonly Option<int[]?> _layers = new("--layers")
    {
        HelpName = "1,3",
        Description = "Which of the layers of that kind, counted in the order of the stack, repeats by themselves (default: all).",
    };

    private readonly Option<double?> _tolerance = LossText.Tolerance();
    private readonly Option<string?> _test = TypedOption.Text("--test", "DATA", "Data to measure the loss on (default: what is held back).");
    private readonly Option<string?> _after = TypedOption.Text("--after", "DATA", "The history before --test (default: its own first slices).");
    private readonly Option<int?> _horizon = TypedOption.Whole("--horizon", "Slices ahead that are tested (default 24).");
    private readonly Option<int?> _updates = TypedOption.Whole("--updates", "Updates at the most of each of the two stages of each layer (default 300).");
    private readonly Option<ulong?> _seed = TypedOption.Seed();
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads; the result does not depend on it (default: all).");
    private readonly Option<string?> _output = TypedOption.Text("-o", "MODEL", "The model file to write (default: MODEL itself).", "--output");
    private readonly Option<bool> _json = TypedOption.Json();
    private readonly ReadingOptions _reading = new();

    private ConvertVerb() => _layers.CustomParser = result =>
    {
        string text = result.Tokens.Count == 1 ? result.Tokens[0].Value : "";
        var numbers = new List<int>();
        foreach (string part in text.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out int number) || number < 1)
            {
                result.AddError($"Option --layers: found '{text}', expected numbers from 1, separated by commas, such as 1,3.");
                return null;
            }

            numbers.Add(number);
        }

        return [.. numbers];
    };

    /// <summary>What a run came to.</summary>
    /// <param name="Result">The models, steps and measure.</param>
    /// <param name="Tolerance">The largest loss allowed.</param>
    /// <param name="Before">The model before: its stack and costs.</param>
    /// <param name="After">The model after.</param>
    internal sealed record Outcome(Conversion Result, double Tolerance, ModelSummary Before, ModelSummary After)
    {
        /// <summary>Whether the loss is allowed.</summary>
        public bool IsWithin => Result.Loss.Loss <= Tolerance;
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var convert = new ConvertVerb();
        var verb = new Verb("convert", "Replace layers of a model by others that learn from them, layer by layer, with the loss at every step, and refused where it is larger than allowed.",
            ("pallium convert room.pallium room.csv --replace attention=mamba -o fast.pallium", "every attention layer becomes a Mamba block of the same width"),
            ("pallium convert room.pallium room.csv --replace \"attention=gated_delta(heads=4)\" --layers 1,3 --tolerance 2%", "two of them, and the model file is written over"))
        {
            convert._model, convert._data, convert._replace, convert._layers, convert._tolerance, convert._test, convert._after, convert._horizon, convert._updates,
            convert._seed, convert._threads, convert._output, convert._json,
        };
        convert._reading.AddTo(verb);
        verb.SetAction(convert.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(_model);
        string? test = parsed.GetValue(_test);
        string? history = parsed.GetValue(_after);
        string? data = parsed.GetValue(_data);
        string replacement = parsed.GetValue(_replace)
            ?? throw new InputException("convert: found no option --replace, expected --replace KIND=LAYER, such as --replace attention=mamba.");
        string output = OutputPath.Check(parsed.GetValue(_output) ?? path, "-o", [.. new[] { data, test, history }.OfType<string>()]);
        if (test is null && history is not null)
        {
            throw new InputException("Option --after: found it without --test, expected the data that come after it.");
        }

        WorldModel model = ModelFile.Load(path);
        FrameOptions reading = _reading.Of(parsed, model.Schema);
        Frame? Read(string? file) => file is null ? null : DataFile.Read(file, reading);
        EvaluateOptions usual = new();
        ConversionOptions defaults = new();
        ulong seed = parsed.GetValue(_seed) ?? defaults.Seed;
        int threads = parsed.GetValue(_threads) ?? defaults.Threads;
        var options = new ConversionOptions
        {
            Layers = parsed.GetValue(_layers) is { Length: > 0 } layers ? layers : null,
            Updates = parsed.GetValue(_updates) ?? defaults.Updates,
            Seed = seed,
            Threads = threads,
            Test = Read(test),
            Evaluation = usual with { Horizon = parsed.GetValue(_horizon) ?? usual.Horizon, Seed = seed, Threads = threads, After = Read(history) },
        };
        Frame? frame = Read(data);
        using var interrupt = new Interrupt();
        Conversion result = ProgressDisplay.Convert(progress => model.Convert(replacement, frame, options, progress, interrupt.Token));
        DataFile.Warn(result.Warnings);
        var outcome = new Outcome(result, parsed.GetValue(_tolerance) ?? LossText.DefaultTolerance, model.Summary, result.Model.Summary);
        return LossText.Conclude(result.Model, result.Loss, outcome.Tolerance, output, parsed.GetValue(_json), json => WriteJson(json, outcome), console => WriteText(console, outcome, output));
    }

    /// <summary>The steps, scores before and after, and what became of it.</summary>
    internal static void WriteText(IAnsiConsole console, Outcome outcome, string output)
    {
        Conversion result = outcome.Result;
        Table table = TextTable.Of(["layer", "old", "new"], "error at first", "after imitation", "loss with it", "after learning on");
        table.AddTexts("", "", "", "", "", "before:", Figures.Score(result.TeacherLoss));
        foreach (ConversionStep step in result.Steps)
        {
            table.AddTexts(
                step.Layer.ToString(CultureInfo.InvariantCulture), step.Old, step.New, Figures.Percent(step.StartError), Figures.Percent(step.Error),
                Figures.Score(step.ExchangedLoss), Figures.Score(step.Loss));
        }

        console.Write(table);
        console.WriteLine("Errors: mean square of what the new layer gives wrongly, as a share of the old one's. Losses: the network's, in nats per cell, on what is held back.");
        LossText.Write(console, result.Before, result.After, result.Loss, outcome.Tolerance);
        console.WriteLine($"Stack: {outcome.Before.Stack} before, {outcome.After.Stack} after.");
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Trunk: {outcome.Before.MultiplyAdds.Trunk:N0} multiply-adds a slice before, {outcome.After.MultiplyAdds.Trunk:N0} after; a stream's state {Figures.Bytes(outcome.Before.StateBytes)} before, {Figures.Bytes(outcome.After.StateBytes)} after."));
        if (outcome.IsWithin)
        {
            console.WriteLine($"Wrote {output}.");
        }
    }

    /// <summary>The same as JSON.</summary>
    internal static void WriteJson(Utf8JsonWriter json, Outcome outcome)
    {
        Conversion result = outcome.Result;
        json.WriteStartObject();
        json.WriteBoolean("written", outcome.IsWithin);
        json.Figure("tolerance", outcome.Tolerance);
        json.WriteString("stackBefore", outcome.Before.Stack);
        json.WriteString("stackAfter", outcome.After.Stack);
        json.Figure("validationLossBefore", result.TeacherLoss);
        json.Objects("steps", result.Steps, step =>
        {
            json.WriteNumber("layer", step.Layer);
            json.WriteString("old", step.Old);
            json.WriteString("new", step.New);
            json.Figure("startError", step.StartError);
            json.Figure("error", step.Error);
            json.Figure("exchangedLoss", step.ExchangedLoss);
            json.Figure("loss", step.Loss);
        });
        LossText.WriteLoss(json, result.Loss);
        LossText.WriteChannels(json, result.Before, result.After);
        json.WriteEndObject();
    }
}
