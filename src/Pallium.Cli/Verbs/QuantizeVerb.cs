using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pallium.Numerics;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium quantize</c>: stores a model's weights in fewer bits, if that costs no more than is allowed.</summary>
internal sealed class QuantizeVerb
{
    private readonly Argument<string> _model = TypedOption.Model();
    private readonly Option<WeightFormat?> _weights = TypedOption.Weights(
        $"What the weights are stored as: {string.Join("; ", WeightFormat.All.Select(format => $"{format} ({format.Summary})"))}.");
    private readonly Option<double?> _tolerance = LossText.Tolerance();
    private readonly Option<string?> _data = TypedOption.Text("--data", "DATA", "Data to measure on (default: the part of its data that the model remembers).");
    private readonly Option<string?> _after = TypedOption.Text("--after", "DATA", "The history before --data (default: its own first slices).");
    private readonly Option<int?> _horizon = TypedOption.Whole("--horizon", "Slices ahead that are tested (default 24).");
    private readonly Option<ulong?> _seed = TypedOption.Seed("Seed of the sampled paths, the same before and after (default 1).");
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads; the result does not depend on it (default: all).");
    private readonly Option<string?> _output = TypedOption.Text("-o", "MODEL", "The model file to write.", "--output");
    private readonly Option<bool> _json = TypedOption.Json();
    private readonly ReadingOptions _reading = new();

    private QuantizeVerb()
    {
    }

    /// <summary>What a run came to.</summary>
    /// <param name="Result">The measure, and the models' own numbers.</param>
    /// <param name="Tolerance">The largest loss allowed.</param>
    /// <param name="WeightBytes">Bytes of the network's weights before and after.</param>
    /// <param name="FileBytes">Bytes of the model files before and after.</param>
    /// <param name="MultiplyAdds">Of a slice in the trunk, and of a question in the head.</param>
    internal sealed record Outcome(
        Quantization Result, double Tolerance, (long Before, long After) WeightBytes, (long Before, long After) FileBytes, (long Trunk, long Head) MultiplyAdds)
    {
        /// <summary>Whether the loss is allowed.</summary>
        public bool IsWithin => Result.Record.Loss <= Tolerance;
    }

    /// <summary>The verb.</summary>
    public static Command Create()
    {
        var quantize = new QuantizeVerb();
        var verb = new Verb("quantize", "Store a model's weights in fewer bits: a smaller file, with the loss measured, and refused where it is larger than allowed.",
            ("pallium quantize room.pallium --weights int8 -o small.pallium", "a quarter of the weights' bytes, measured on what the model remembers of its data"),
            ("pallium quantize room.pallium --weights lmul4 -o added.pallium", "the trunk's products by addition (L-Mul), and no more bits of its weights than they read"),
            ("pallium quantize room.pallium --weights bf16 --tolerance 0.1% --data test.csv --after room.csv -o half.pallium", "measured on data of its own"))
        {
            quantize._model, quantize._weights, quantize._tolerance, quantize._data, quantize._after, quantize._horizon, quantize._seed, quantize._threads,
            quantize._output, quantize._json,
        };
        quantize._reading.AddTo(verb);
        verb.SetAction(quantize.Run);
        return verb;
    }

    private int Run(ParseResult parsed)
    {
        string path = parsed.GetRequiredValue(_model);
        string? data = parsed.GetValue(_data);
        string? history = parsed.GetValue(_after);
        WeightFormat weights = parsed.GetValue(_weights)
            ?? throw new InputException($"quantize: found no option --weights, expected --weights {string.Join('|', WeightFormat.All)}.");
        string output = OutputPath.Check(
            parsed.GetValue(_output) ?? throw new InputException("quantize: found no option -o, expected -o MODEL, the file to write."), "-o",
            [path, .. new[] { data, history }.OfType<string>()]);
        if (data is null && history is not null)
        {
            throw new InputException("Option --after: found it without --data, expected the data that come after it.");
        }

        WorldModel model = ModelFile.Load(path);
        Quantization result = Measure(parsed, model, weights, data, history);
        (_, long trunk, long head) = result.Model.Summary.MultiplyAdds;
        var outcome = new Outcome(
            result, parsed.GetValue(_tolerance) ?? LossText.DefaultTolerance, (model.Summary.StoredBytes, result.Model.Summary.StoredBytes), (Size(model), Size(result.Model)), (trunk, head));
        return LossText.Conclude(result.Model, result.Record, outcome.Tolerance, output, parsed.GetValue(_json), json => WriteJson(json, outcome), console => WriteText(console, outcome, output));
    }

    private Quantization Measure(ParseResult parsed, WorldModel model, WeightFormat weights, string? data, string? history)
    {
        FrameOptions reading = _reading.Of(parsed, model.Schema);
        EvaluateOptions defaults = new();
        EvaluateOptions options = defaults with
        {
            Horizon = parsed.GetValue(_horizon) ?? defaults.Horizon,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            Threads = parsed.GetValue(_threads) ?? defaults.Threads,
        };
        using RereadData? test = data is null ? null : new RereadData(data, model.Schema, reading);
        using RereadData? after = history is null ? null : new RereadData(history, model.Schema, reading);
        using var interrupt = new Interrupt();
        return ProgressDisplay.Share("testing before and after", progress => test is null
            ? model.Quantize(weights, options: options, progress: progress, cancellation: interrupt.Token)
            : model.Quantize(weights, data == DataFile.StandardInput ? DataFile.StandardInputName : data!, test.Slices, after is null ? null : after.Slices, options, progress, interrupt.Token));
    }

    /// <summary>Scores before and after, sizes, and what became of it.</summary>
    internal static void WriteText(IAnsiConsole console, Outcome outcome, string output)
    {
        (Quantization result, _, (long weightsBefore, long weightsAfter), (long fileBefore, long fileAfter), (long trunk, long head)) = outcome;
        LossText.Write(console, result.Before, result.After, result.Record, outcome.Tolerance);
        console.WriteLine($"Weights: {Figures.Bytes(weightsBefore)} before, {Figures.Bytes(weightsAfter)} as {result.Record.Weights}, {Ratio(weightsBefore, weightsAfter)} times smaller.");
        console.WriteLine($"Whole file: {Figures.Bytes(fileBefore)} before, {Figures.Bytes(fileAfter)} after, {Ratio(fileBefore, fileAfter)} times smaller (the optimiser's state goes; the base stays).");
        string how = WeightFormat.Find(result.Record.Weights)?.Product is null ? "They are computed in float32, as before."
            : $"Those of linear maps are computed by L-Mul, the head's {Figures.Count(head)} in float32.";
        console.WriteLine($"Trunk: {Figures.Count(trunk)} multiply-adds a slice, estimated at 45 nm, without reading weights: {Figures.Energies(trunk)}.");
        console.WriteLine(how);
        if (outcome.IsWithin)
        {
            console.WriteLine($"Wrote {output}.");
        }
    }

    /// <summary>The same as JSON.</summary>
    internal static void WriteJson(Utf8JsonWriter json, Outcome outcome)
    {
        json.WriteStartObject();
        json.WriteBoolean("written", outcome.IsWithin);
        json.Figure("tolerance", outcome.Tolerance);
        WriteRecord(json, outcome.Result.Record);
        Bytes("weightBytes", outcome.WeightBytes);
        Bytes("fileBytes", outcome.FileBytes);
        json.Object("multiplyAdds", () =>
        {
            json.Figure("trunk", outcome.MultiplyAdds.Trunk);
            json.Figure("head", outcome.MultiplyAdds.Head);
        });
        json.Object("picojoules", () =>
        {
            foreach (ArithmeticEnergy energy in ArithmeticEnergy.All)
            {
                json.Figure(energy.Name, energy.Picojoules(outcome.MultiplyAdds.Trunk));
            }
        });
        LossText.WriteChannels(json, outcome.Result.Before, outcome.Result.After);
        json.WriteEndObject();

        void Bytes(string name, (long Before, long After) bytes) => json.Object(name, () =>
        {
            json.Figure("before", bytes.Before);
            json.Figure("after", bytes.After);
        });
    }

    /// <summary>What is remembered of a measure, as members of an object.</summary>
    internal static void WriteRecord(Utf8JsonWriter json, QuantizationRecord record)
    {
        json.WriteString("weights", record.Weights);
        LossText.WriteLoss(json, record);
    }

    private static string Ratio(long before, long after) => ((double)before / after).ToString("F2", CultureInfo.InvariantCulture);

    private static long Size(WorldModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return stream.Length;
    }
}
