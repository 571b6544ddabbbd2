using System.Diagnostics;
using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>
/// Copying and associative recall of random vectors of bits, learned in short sequences and tested in longer ones: the heads of a Neural Turing Machine
/// beside an LSTM of as many parameters.
/// </summary>
internal static class VectorExperiment
{
    private const string File = "vectors";
    private const int TestSequences = 320;
    private const string Usual = "lstm(64)+ntm(32,width=20);lstm(81)";

    public static void Run(Arguments arguments)
    {
        string[] wanted = arguments.Some("tasks", "copy;associative;lasting", ["copy", "associative", "lasting"]);
        if (wanted.Contains("copy"))
        {
            Run(arguments, "copy", new VectorLesson(new VectorCopyTask(), 1, 20), 5000, [10, 20, 50, 100]);
        }

        if (wanted.Contains("associative"))
        {
            Run(arguments, "associative", new VectorLesson(new VectorRecallTask(), 2, 6), 8000, [2, 4, 6, 8, 12]);
        }

        if (wanted.Contains("lasting"))
        {
            Run(arguments, "lasting", new VectorLesson(new LastingPairsTask(), 4, 20), 5000, [10, 20, 50, 100, 200], "linear(64)+milestones(64,entries=16)+swiglu(64);" + Usual, 3e-3);
        }
    }

    private static void Run(Arguments arguments, string name, VectorLesson lesson, int usualSteps, int[] tested, string usual = Usual, double usualRate = 1e-3)
    {
        int steps = arguments.Count("steps", usualSteps);
        int batch = arguments.Count("batch", 16);
        double rate = arguments.Numbers("rates", [usualRate])[0];
        string experiment = string.Create(CultureInfo.InvariantCulture, $"{name}/{steps}x{batch}/{rate}");
        string[] stacks = arguments.Text("stacks", usual).Split(';');
        var options = new TrainerOptions
        {
            Steps = steps,
            Schedule = new RateSchedule(rate) { WarmUp = 100, CoolDown = 0.3 },
            ValidateEvery = Math.Max(1, steps / 40),
            Patience = null,
            Threads = arguments.Count("threads", 1),
        };
        ulong first = (ulong)arguments.Count("first-seed", 1);
        for (ulong seed = first; seed < first + (ulong)arguments.Count("seeds", 3); seed++)
        {
            foreach (string stack in stacks)
            {
                if (WorldResult.Read(File).Exists(done => (done.Experiment, done.Stack, done.Seed) == (experiment, stack, seed)))
                {
                    continue;
                }

                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{experiment} {stack} seed {seed}"));
                var clock = Stopwatch.StartNew();
                Dictionary<string, double> figures = RunOne(lesson, tested, stack, new Rng(seed), batch, options);
                new WorldResult(experiment, stack, seed, figures, clock.Elapsed.TotalSeconds).Append(File);
            }
        }

        TaskTable.Write(
            string.Create(CultureInfo.InvariantCulture, $"{experiment}: learned with {lesson.Least} to {lesson.Most}, % of the bits wrong by number"),
            WorldResult.Read(File).Where(done => done.Experiment == experiment),
            stacks,
            [.. tested.Select(count => (string.Create(CultureInfo.InvariantCulture, $"{count}"), FigureOf(count), (Func<double, string>)Percent))]);
    }

    private static string FigureOf(int count) => string.Create(CultureInfo.InvariantCulture, $"bit_error_{count}");

    private static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F2}");

    private static Dictionary<string, double> RunOne(VectorLesson lesson, int[] tested, string stack, Rng rng, int batch, TrainerOptions options)
    {
        VectorTask task = lesson.Task;
        ISequenceLayer<float> trunk = TrunkOf(stack, task.Inputs);
        var model = new StepwiseModel<float>(trunk, task.Bits, StepwiseGoal.Bits);
        var learning = new VectorLearning<float>(model, lesson, batch, rng);
        TrainingOutcome outcome = new Trainer<float>(learning, options).Run(progress => Show(progress, options.ValidateEvery));
        var figures = new Dictionary<string, double>
        {
            ["parameters"] = model.Parameters.Length,
            ["state_bytes"] = trunk.Cost.StateBytes,
            ["multiply_adds"] = trunk.Cost.MultiplyAdds,
            ["best_step"] = outcome.BestStep,
            ["divergences"] = outcome.Divergences.Count,
            ["validation"] = outcome.BestLoss,
        };
        using var runner = new ChunkRunner(options.Threads);
        foreach (int count in tested)
        {
            StepwiseScore score = learning.Score(task.Draw<float>(TestSequences, count, count, rng.For("test").For(count)), runner);
            figures[FigureOf(count)] = score.Error;
        }

        return figures;
    }

    private static ISequenceLayer<float> TrunkOf(string stack, int inputs)
    {
        try
        {
            return StackText.Parse(stack).Build<float>(inputs);
        }
        catch (StackTextException error)
        {
            throw new ExperimentException(error.Message);
        }
    }

    private static void Show(TrainingProgress progress, int every)
    {
        if (progress.Step % every == 0)
        {
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  update {progress.Step} of {progress.Steps}: loss {progress.Loss:F5}, validation {progress.ValidationLoss:F5}, best {progress.BestLoss:F5}, {progress.SlicesPerSecond:F0} slices/s"));
        }
    }
}
