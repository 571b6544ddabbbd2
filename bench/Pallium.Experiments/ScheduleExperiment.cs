using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>A constant rate with a cool-down beside a cosine, each learned to three horizons from the beginning, with the last weights and with their average.</summary>
/// <remarks>The data are a published protocol's; the weights at the end are taken, and none chosen by validation; the validation part chooses among the rates.</remarks>
internal static class ScheduleExperiment
{
    private const string File = "schedules";
    private static readonly (string Name, RateForm Form, double CoolDown)[] Forms = [("constant, last 20 % cooled down", RateForm.Constant, 0.2), ("constant", RateForm.Constant, 0), ("cosine", RateForm.Cosine, 0)];
    private static readonly double?[] Averages = [null, 0.99];

    public static void Run(Arguments arguments)
    {
        string set = arguments.Text("set", "traffic");
        long[] horizons = [.. arguments.Numbers("horizons", [2000, 4000, 8000]).Select(steps => (long)steps)];
        double[] rates = arguments.Numbers("rates", [0.003, 0.01, 0.03]);
        Suite? data = null;
        foreach (long steps in horizons)
        {
            foreach ((string name, RateForm form, double coolDown) in Forms)
            {
                foreach (double? average in Averages)
                {
                    foreach (double rate in rates)
                    {
                        WorldResult.RunMissing(
                            NameOf(set, name, average, steps, rate), arguments, "lstm(32)",
                            (stack, seed, threads) => Figures(data ??= Suite.Load(set, Recipe.Paper, 0), stack, seed, new TrainerOptions
                            {
                                Steps = steps,
                                Schedule = new RateSchedule(rate) { Form = form, WarmUp = 50, CoolDown = coolDown },
                                Adam = new AdamOptions { WeightDecay = 0.01 },
                                AverageDecay = average,
                                ValidateEvery = (int)steps,
                                Patience = null,
                                KeepsLast = true,
                                Threads = threads,
                            }),
                            File);
                    }
                }
            }
        }

        Write(set, horizons, rates);
    }

    private static Dictionary<string, double> Figures(Suite data, string stack, ulong seed, TrainerOptions options)
    {
        var model = new StepwiseModel<float>(StackText.Parse(stack).Build<float>(data.Training.InputWidth), data.Outputs, data.Goal);
        var task = new StepwiseTask<float>(model, data.Training, data.Validation, new StepwiseOptions { BatchSize = 16 }, new Rng(seed));
        TrainingOutcome outcome = new Trainer<float>(task, options).Run();
        using var runner = new ChunkRunner(options.Threads);
        return new()
        {
            ["validation"] = task.Score(data.Validation, runner).Loss,
            ["test"] = task.Score(data.Test, runner).Loss,
            ["divergences"] = outcome.Divergences.Count,
        };
    }

    private static string NameOf(string set, string form, double? average, long steps, double rate) =>
        string.Create(CultureInfo.InvariantCulture, $"{set}/{form}/{(average is { } decay ? $"average {decay}" : "last")}/{steps}/{rate}");

    private static void Write(string set, long[] horizons, double[] rates)
    {
        List<WorldResult> all = WorldResult.Read(File);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"\n| rate | weights |{string.Concat(horizons.Select(steps => $" {steps:N0} updates |"))}"));
        Console.WriteLine($"| --- | --- |{string.Concat(horizons.Select(_ => " --- |"))}");
        foreach ((string name, _, _) in Forms)
        {
            foreach (double? average in Averages)
            {
                string cells = string.Concat(horizons.Select(steps => $" {Cell(all, rates.Select(rate => (rate, NameOf(set, name, average, steps, rate))))} |"));
                Console.WriteLine($"| {name} | {(average is null ? "last" : "average")} |{cells}");
            }
        }
    }

    /// <summary>The test loss at the rate with the least validation loss, mean ± standard deviation over seeds.</summary>
    private static string Cell(List<WorldResult> all, IEnumerable<(double Rate, string Experiment)> rates)
    {
        (double rate, WorldResult[] runs) = rates.Select(item => (item.Rate, Runs: all.Where(run => run.Experiment == item.Experiment).ToArray()))
            .Where(item => item.Runs.Length > 0).DefaultIfEmpty((Rate: double.NaN, Runs: [])).MinBy(item => item.Runs.Select(run => run.Figures["validation"]).DefaultIfEmpty(double.NaN).Average());
        if (runs.Length == 0)
        {
            return "-";
        }

        double mean = runs.Average(run => run.Figures["test"]);
        double deviation = Math.Sqrt(runs.Sum(run => Math.Pow(run.Figures["test"] - mean, 2)) / Math.Max(1, runs.Length - 1));
        return string.Create(CultureInfo.InvariantCulture, $"{mean:F4} ± {deviation:F4} ({rate})");
    }
}
