using System.Diagnostics;
using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Runs stacks and seeds of a protocol that have no result yet, one after another; seed by seed, so that tables fill evenly.</summary>
internal static class SupervisedRuns
{
    public static void Run(string suite, Arguments arguments)
    {
        string recipe = arguments.Text("recipe", Recipe.Paper);
        string[] stacks = arguments.Text("stacks", "ltc(32);ltc(ncp:32);cfc(32);lstm(32);gru(32)").Split(';');
        int seeds = arguments.Count("seeds", 5);
        int threads = arguments.Count("threads", 1);
        int fold = arguments.Count("fold", 0);
        var data = Suite.Load(suite, recipe, fold);
        for (int seed = 1; seed <= seeds; seed++)
        {
            foreach (string stack in stacks)
            {
                if (fold > 0 || !ResultFile.Read(suite).Exists(done => (done.Stack, done.Recipe, done.Seed) == (stack, recipe, (ulong)seed)))
                {
                    RunResult result = RunOne(data, suite, stack, recipe, (ulong)seed, arguments, threads);
                    if (fold == 0)
                    {
                        ResultFile.Append(result);
                    }

                    Console.WriteLine(FormattableString.Invariant(
                        $"{suite} {recipe} {stack} seed {seed}: test {result.TestError:F5}, validation {result.ValidationError:F5}, best epoch {result.BestEpoch} of {result.Epochs}, {result.Seconds:F0} s"));
                }
            }
        }
    }

    /// <summary>Every family of layers beside LSTM at equal parameters, on one of the published sets, epochs capped alike.</summary>
    public static void RunFamilies(Arguments arguments)
    {
        string[] sets = arguments.Text("sets", "occupancy;traffic;gesture;power;walker2d").Split(';');
        string only = arguments.Text("only", "");
        int seeds = arguments.Count("seeds", 3);
        int threads = arguments.Count("threads", 1);
        int units = arguments.Count("units", 32);
        var table = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        foreach (string set in sets)
        {
            var data = Suite.Load(set, Recipe.Paper, 0);
            string file = $"families-{set}";
            long parameters = StackText.Parse($"lstm({units})").Build<float>(data.Training.InputWidth).Parameters.Sum(item => (long)item.Parameter.Length);
            for (int seed = 1; seed <= seeds; seed++)
            {
                foreach ((string name, string template) in FamilyStacks.All.Where(family => only.Length == 0 || only.Split(';').Contains(family.Name)))
                {
                    string stack = FamilyStacks.Sized(template, data.Training.InputWidth, parameters);
                    if (!ResultFile.Read(file).Exists(done => (done.Stack, done.Seed) == (stack, (ulong)seed)))
                    {
                        RunResult result = RunOne(data, set, stack, Recipe.Families, (ulong)seed, arguments, threads) with { Suite = file };
                        ResultFile.Append(result);
                        Console.WriteLine(FormattableString.Invariant(
                            $"{set} {name} {stack} ({result.Parameters} parameters) seed {seed}: test {result.TestError:F5}, validation {result.ValidationError:F5}, best epoch {result.BestEpoch} of {result.Epochs}, {result.Seconds:F0} s"));
                    }
                }
            }

            foreach ((string name, string template) in FamilyStacks.All)
            {
                string stack = FamilyStacks.Sized(template, data.Training.InputWidth, parameters);
                double[] errors = [.. ResultFile.Read(file).Where(done => done.Stack == stack && done.Seed <= (ulong)seeds).Select(done => done.TestError)];
                table.TryAdd(name, []);
                table[name].Add(MeanAndDeviation(errors));
            }
        }

        Console.WriteLine($"\n| family | {string.Join(" | ", sets)} |\n| --- |{string.Concat(sets.Select(_ => " --- |"))}");
        foreach ((string name, List<string> cells) in table)
        {
            Console.WriteLine($"| {name} | {string.Join(" | ", cells)} |");
        }
    }

    private static string MeanAndDeviation(double[] errors)
    {
        if (errors.Length == 0)
        {
            return "-";
        }

        double mean = errors.Average();
        double deviation = errors.Length > 1 ? Math.Sqrt(errors.Sum(error => (error - mean) * (error - mean)) / (errors.Length - 1)) : 0;
        return FormattableString.Invariant($"{mean:G4} ± {deviation:G2}");
    }

    private static RunResult RunOne(Suite data, string suite, string stack, string recipeName, ulong seed, Arguments arguments, int threads)
    {
        var clock = Stopwatch.StartNew();
        var recipe = Recipe.Named(recipeName, suite, stack);
        recipe = recipe with { Epochs = arguments.Count("epochs", recipe.Epochs), PatienceEpochs = arguments.Count("patience", recipe.PatienceEpochs) };
        string text = recipe.InputDropout > 0 ? FormattableString.Invariant($"dropout({recipe.InputDropout})+{stack}") : stack;
        ISequenceLayer<float> trunk = StackText.Parse(text).Build<float>(data.Training.InputWidth);
        var model = new StepwiseModel<float>(trunk, data.Outputs, data.Goal);
        var task = new StepwiseTask<float>(
            model, data.Training, data.Validation, new StepwiseOptions { BatchSize = recipe.BatchSize, ChoosesByError = recipe.ChoosesByError }, new Rng(seed));
        TrainingOutcome outcome = new Trainer<float>(task, recipe.TrainerFor(task.StepsPerEpoch, recipeName, threads)).Run(progress => Show(progress, task.StepsPerEpoch));
        using var runner = new ChunkRunner(threads);
        StepwiseScore validation = task.Score(data.Validation, runner);
        StepwiseScore test = task.Score(data.Test, runner);
        return new RunResult
        {
            Suite = suite,
            Stack = stack,
            Recipe = recipeName,
            Seed = seed,
            Parameters = model.Parameters.Length,
            Epochs = (int)(outcome.Steps / task.StepsPerEpoch),
            BestEpoch = (int)(outcome.BestStep / task.StepsPerEpoch),
            ValidationLoss = validation.Loss,
            ValidationError = validation.Error,
            TestLoss = test.Loss,
            TestError = test.Error,
            Seconds = clock.Elapsed.TotalSeconds,
            Divergences = outcome.Divergences,
        };
    }

    private static void Show(TrainingProgress progress, int stepsPerEpoch)
    {
        if (progress.Step % stepsPerEpoch == 0)
        {
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  epoch {progress.Step / stepsPerEpoch}: loss {progress.Loss:F4}, validation {progress.ValidationLoss:F5}, best {progress.BestLoss:F5}, {progress.SlicesPerSecond:F0} slices/s"));
        }
    }
}
