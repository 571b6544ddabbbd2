using System.Diagnostics;
using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Arithmetic units that learn in numbers from 1 to 10 and are tested in numbers from 100 to 1000.</summary>
internal static class ArithmeticExperiment
{
    private const string File = "arithmetic";
    private const double Bar = 1e-3;
    private const double TestLeast = 100;
    private const double TestMost = 1000;

    public static void Run(Arguments arguments)
    {
        int steps = arguments.Count("steps", 20000);
        int batch = BatchOf(arguments.Count("batch", 64));
        double rate = arguments.Numbers("rate", [0.01])[0];
        int seeds = arguments.Count("seeds", 10);
        string[] wanted = arguments.Some("tasks", "add;subtract;multiply;divide", ["add", "subtract", "multiply", "divide"]);
        string recipe = string.Create(CultureInfo.InvariantCulture, $"{steps}x{batch}/{rate}");
        foreach (ArithmeticOperation operation in Enum.GetValues<ArithmeticOperation>())
        {
            string name = operation.ToString().ToLowerInvariant();
            if (!wanted.Contains(name))
            {
                continue;
            }

            string[] layers = arguments.Text("layers", LayersOf(operation)).Split(';');
            foreach (string layer in layers)
            {
                for (ulong seed = 1; seed <= (ulong)seeds; seed++)
                {
                    if (!WorldResult.Read(File).Exists(done => (done.Experiment, done.Stack, done.Seed) == ($"{name}/{recipe}", layer, seed)))
                    {
                        RunOne(operation, layer, seed, steps, batch, rate, $"{name}/{recipe}");
                    }
                }
            }

            WriteTable(name, [.. WorldResult.Read(File).Where(done => done.Experiment == $"{name}/{recipe}" && layers.Contains(done.Stack))], layers);
        }
    }

    private static string LayersOf(ArithmeticOperation operation) => operation switch
    {
        ArithmeticOperation.Add or ArithmeticOperation.Subtract => "nau(1);nac(1);nalu(1);linear(1)",
        ArithmeticOperation.Multiply => "nmu(1);nalu(1)",
        _ => "reciprocal(1);nalu(1)",
    };

    private static int BatchOf(int batch) =>
        batch % 16 == 0 ? batch : throw new ExperimentException($"Option --batch: found {batch}, expected a multiple of 16.");

    private static void RunOne(ArithmeticOperation operation, string text, ulong seed, int steps, int batch, double rate, string experiment)
    {
        ISequenceLayer<float> layer = LayerOf(text);
        var clock = Stopwatch.StartNew();
        var task = new ArithmeticTask(layer, operation, batch, new Rng(seed).For(experiment));
        var trainer = new Trainer<float>(task, new TrainerOptions
        {
            Steps = steps,
            Schedule = new(rate),
            ValidateEvery = 100,
            Patience = null,
            Threads = 1,
        });
        TrainingOutcome outcome = trainer.Run();
        (double inside, _) = task.Test(1, 10);
        (double error, double worst) = task.Test(TestLeast, TestMost);
        var figures = new Dictionary<string, double>
        {
            ["error"] = error,
            ["worst"] = worst,
            ["error_inside"] = inside,
            ["success"] = error <= Bar ? 1 : 0,
            ["best_step"] = outcome.BestStep,
            ["divergences"] = outcome.Divergences.Count,
        };
        new WorldResult(experiment, text, seed, figures, clock.Elapsed.TotalSeconds).Append(File);
    }

    private static ISequenceLayer<float> LayerOf(string text)
    {
        try
        {
            ISequenceLayer<float> layer = StackText.Parse(text).Build<float>(ArithmeticTask.Inputs);
            return layer is { Outputs: 1, StateSize: 0 } ? layer
                : throw new ExperimentException($"Option --layers: '{text}' gives {layer.Outputs} channels from {layer.StateSize} numbers of state, expected 1 channel and no state.");
        }
        catch (StackTextException error)
        {
            throw new ExperimentException($"Option --layers: {error.Message}");
        }
    }

    private static void WriteTable(string name, WorldResult[] results, string[] layers)
    {
        Console.WriteLine();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name}: learned in [1, 10], tested in [{TestLeast}, {TestMost}], relative error at most {Bar}"));
        Console.WriteLine();
        Console.WriteLine("| unit | runs | successes | median error | greatest error | worst single answer | seconds a run |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (string layer in layers)
        {
            WorldResult[] runs = [.. results.Where(run => run.Stack == layer)];
            if (runs.Length > 0)
            {
                double[] errors = [.. runs.Select(run => run.Figures["error"]).Order()];
                double median = (errors[errors.Length / 2] + errors[(errors.Length - 1) / 2]) / 2;
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| `{layer}` | {runs.Length} | {runs.Sum(run => run.Figures["success"])} | {median:G2} | {errors[^1]:G2} | {runs.Max(run => run.Figures["worst"]):G2} | {runs.Average(run => run.Seconds):F1} |"));
            }
        }
    }
}
