using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Pallium.Learning;

namespace Pallium.Cli;

/// <summary><c>pallium bench layers</c>: what every layer costs, and what it learns of the built-in tasks.</summary>
internal sealed class BenchVerb
{
    private const string Example = "pallium bench layers --layers 'gru(32)' 'lstm(32)' --tasks parity recall --seeds 3";

    private readonly Option<string[]> _layers = TypedOption.Texts(
        "--layers", "STACK", "Layers to compare, as stack texts (default: every layer with a memory).", severalPerOption: true);

    private readonly Option<string[]> _tasks = TypedOption.Texts(
        "--tasks", "NAME", $"Tasks to learn: {string.Join(", ", LayerTask.All.Select(task => task.Name))} (default: all).", severalPerOption: true);

    private readonly Option<int?> _steps = TypedOption.Whole("--steps", "Updates of every run (default 400).");
    private readonly Option<int?> _width = TypedOption.Whole("--width", "Channels of the blocks, and units of the layers that are not given (default 32).");
    private readonly Option<int?> _blocks = TypedOption.Whole("--blocks", "Blocks, each a norm, a short convolution and the layer, around which the input is added (default 2).");
    private readonly Option<bool> _bare = TypedOption.Flag("--bare", "Take each of --layers as a whole stack, without blocks around it.");
    private readonly Option<double?> _rate = TypedOption.Positive("--rate", "R", "Learning rate (default 0.005).");
    private readonly Option<int?> _seeds = TypedOption.Whole("--seeds", "Runs of each layer and task, of which mean and standard deviation are shown (default 1).");
    private readonly Option<ulong?> _seed = TypedOption.Seed("Seed of the first run: the same seed gives the same table (default 1).");
    private readonly Option<int?> _threads = TypedOption.Whole("--threads", "Threads; the result does not depend on it (default: all).");
    private readonly Option<bool> _json = TypedOption.Flag("--json", "Write a line of JSON per layer instead of a table.");

    private BenchVerb()
    {
    }

    /// <summary>The verb and the one below it.</summary>
    public static Command Create()
    {
        var bench = new BenchVerb();
        var layers = new Verb("layers", "Compare layers: parameters, state, multiply-adds, and accuracy on built-in tasks; a row appears as soon as it is known.",
            ("pallium bench layers", "every layer on every task"),
            (Example, "two layers, two tasks, three runs each"),
            ("pallium bench layers --bare --layers 'gru(32)+linear(16)' 'lstm(24)x2'", "whole stacks"))
        {
            bench._layers, bench._tasks, bench._steps, bench._width, bench._blocks, bench._bare, bench._rate, bench._seeds, bench._seed, bench._threads, bench._json,
        };
        layers.SetAction(bench.Run);
        return new Verb("bench", "Measure layers on built-in tasks.", (Example, "accuracy and cost of two layers")) { layers };
    }

    private int Run(ParseResult parsed)
    {
        var defaults = new LayerBenchOptions();
        var options = new LayerBenchOptions
        {
            Width = parsed.GetValue(_width) ?? defaults.Width,
            Blocks = parsed.GetValue(_blocks) ?? defaults.Blocks,
            Steps = parsed.GetValue(_steps) ?? defaults.Steps,
            Rate = parsed.GetValue(_rate) ?? defaults.Rate,
            Seeds = parsed.GetValue(_seeds) ?? defaults.Seeds,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            Bare = parsed.GetValue(_bare),
            Threads = parsed.GetValue(_threads) ?? defaults.Threads,
        };
        LayerTask[] tasks = parsed.GetValue(_tasks) is { Length: > 0 } names ? [.. names.Select(LayerTask.Named)] : [.. LayerTask.All];
        IReadOnlyList<string> layers = parsed.GetValue(_layers) is { Length: > 0 } given ? given : LayerBlocks.SequenceLayers(options.Width);
        var bench = new LayerBench(options, tasks);
        foreach (string layer in layers)
        {
            bench.StackOf(layer);
        }

        using var interrupt = new Interrupt();
        bool asJson = parsed.GetValue(_json);
        using Stream output = Console.OpenStandardOutput();
        var table = new LayerTable(Console.Out, layers, tasks, options);
        if (!asJson)
        {
            table.WriteHeader();
        }

        try
        {
            foreach (string layer in layers)
            {
                LayerRow row = ProgressDisplay.Part(report => bench.Run(layer, report, interrupt.Token));
                if (asJson)
                {
                    WriteJson(output, row, tasks);
                }
                else
                {
                    table.Write(row);
                }
            }
        }
        catch (OperationCanceledException)
        {
            Console.Error.WriteLine("pallium: stopped; the lines above are complete.");
            return ExitCode.Stopped;
        }

        if (!asJson)
        {
            table.WriteNotes();
        }

        return ExitCode.Success;
    }

    /// <summary>One layer as a line of JSON.</summary>
    internal static void WriteJson(Stream output, LayerRow row, IReadOnlyList<LayerTask> tasks) => JsonOutput.Write(output, indented: false, json =>
    {
        json.WriteStartObject();
        json.WriteString("layer", row.Layer);
        json.WriteString("stack", row.Stack);
        json.WriteNumber("parameters", row.Parameters);
        json.WriteNumber("stateBytes", row.Cost.StateBytes);
        json.WriteNumber("multiplyAdds", row.Cost.MultiplyAdds);
        json.Objects("tasks", tasks.Zip(row.Accuracies), result =>
        {
            json.WriteString("task", result.First.Name);
            json.WriteStartArray("accuracies");
            foreach (double accuracy in result.Second)
            {
                WriteAccuracy(json, accuracy);
            }

            json.WriteEndArray();
        });
        json.WriteEndObject();
    });

    private static void WriteAccuracy(Utf8JsonWriter json, double accuracy)
    {
        if (double.IsFinite(accuracy))
        {
            json.WriteNumberValue(accuracy);
        }
        else
        {
            json.WriteNullValue();
        }
    }
}
