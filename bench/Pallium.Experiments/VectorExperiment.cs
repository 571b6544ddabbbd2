using System.Diagnostics;
using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Copying and associative recall of random bits, learned in short sequences and tested in longer ones: a Turing machine's heads beside an LSTM of as many parameters.</summary>
internal static class VectorExperiment
{
    private const string File = "vectors";
    private const int TestSequences = 320;

    /// <summary>Share of learning in which the longest sequences grow.</summary>
    private const double Growing = 0.5;

    public static void Run(Arguments arguments)
    {
        string[] wanted = arguments.Some("tasks", "copy;associative", ["copy", "associative"]);
        if (wanted.Contains("copy"))
        {
            Run(arguments, "copy", new VectorCopyTask(), (1, 20), [10, 20, 50, 100], arguments.Text("stacks", "lstm(64)+ntm(32);lstm"));
        }

        if (wanted.Contains("associative"))
        {
            Run(arguments, "associative", new VectorRecallTask(), (2, 6), [2, 4, 6, 8, 12], arguments.Text("stacks", "lstm(64)+ntm(32);lstm"));
        }
    }

    private static void Run(Arguments arguments, string name, VectorTask task, (int Least, int Most) learned, int[] tested, string stacks)
    {
        int steps = arguments.Count("steps", 20_000);
        int batch = arguments.Count("batch", 16);
        double rate = arguments.Numbers("rates", [1e-3])[0];
        string experiment = string.Create(CultureInfo.InvariantCulture, $"{name}/{steps}x{batch}/{rate}");
        string[] texts = stacks.Split(';');
        ulong first = (ulong)arguments.Count("first-seed", 1);
        for (ulong seed = first; seed < first + (ulong)arguments.Count("seeds", 3); seed++)
        {
            foreach (string stack in texts)
            {
                if (WorldResult.Read(File).Exists(done => (done.Experiment, done.Stack, done.Seed) == (experiment, stack, seed)))
                {
                    continue;
                }

                Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{experiment} {stack} seed {seed}"));
                var clock = Stopwatch.StartNew();
                var options = new TrainerOptions
                {
                    Steps = steps,
                    Schedule = new RateSchedule(rate) { WarmUp = 100, CoolDown = 0.3 },
                    ValidateEvery = Math.Max(1, steps / 40),
                    Patience = null,
                    Threads = arguments.Count("threads", 1),
                };
                Dictionary<string, double> figures = RunOne(task, learned, tested, stack, new Rng(seed), batch, options);
                new WorldResult(experiment, stack, seed, figures, clock.Elapsed.TotalSeconds).Append(File);
            }
        }
    }

    private static Dictionary<string, double> RunOne(VectorTask task, (int Least, int Most) learned, int[] tested, string stack, Rng rng, int batch, TrainerOptions options)
    {
        ISequenceLayer<float> trunk = StackText.Parse(stack).Build<float>(task.Inputs);
        var model = new StepwiseModel<float>(trunk, task.Bits, StepwiseGoal.Bits);
        var lesson = new VectorLearning<float>(model, new VectorLesson(task, learned.Least, learned.Most) { Growing = Growing }, batch, rng);
        TrainingOutcome outcome = new Trainer<float>(lesson, options).Run(progress => Show(progress, options.ValidateEvery));
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
            StepwiseScore score = lesson.Score(task.Draw<float>(TestSequences, count, count, rng.For("test").For(count)), runner);
            figures[string.Create(CultureInfo.InvariantCulture, $"bit_error_{count}")] = score.Error;
        }

        return figures;
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
