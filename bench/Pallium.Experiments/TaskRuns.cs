using System.Diagnostics;
using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>How the layers of a table learn, the same for all of them.</summary>
/// <param name="Width">Channels of the blocks.</param>
/// <param name="Blocks">Blocks.</param>
/// <param name="Steps">Updates.</param>
/// <param name="Batch">Sequences of an update.</param>
/// <param name="Rates">Learning rates that are tried; the validation loss chooses one.</param>
internal sealed record TaskRecipe(int Width, int Blocks, int Steps, int Batch, IReadOnlyList<double> Rates)
{
    /// <summary>Nats of held-out loss at which the lessons so far count as learned and the next is added; null: all lessons from the start.</summary>
    public double? Learned { get; init; }

    /// <summary>Looks at held-out sequences.</summary>
    public int Looks { get; init; } = 8;

    /// <summary>What stands before every layer, as a stack; empty: nothing.</summary>
    public string Before { get; init; } = LayerBlocks.Convolution;

    /// <summary>This recipe, where the command line says nothing else.</summary>
    public TaskRecipe Of(Arguments arguments) => new(
        arguments.Count("width", Width), arguments.Count("blocks", Blocks), arguments.Count("steps", Steps), BatchOf(arguments.Count("batch", Batch)),
        [.. arguments.Numbers("rates", Rates)])
    {
        Before = arguments.Text("before", Before) is var text && text == "none" ? "" : text,
        Learned = Learned is { } nats ? arguments.Numbers("learned", [nats])[0] : null,
        Looks = arguments.Count("looks", Looks),
    };

    private static int BatchOf(int batch) =>
        batch % 16 == 0 ? batch : throw new ExperimentException($"Option --batch: found {batch}, expected a multiple of 16.");

    /// <summary>Names it, so that runs of different recipes stay apart.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Blocks}x{Width}/{Before}/{Steps}x{Batch}/{string.Join(',', Rates)}{(Learned is { } nats ? $"/{nats} nats in {Looks} looks" : "")}");
}

/// <summary>A learned model, ready to be tested.</summary>
/// <param name="Model">The model.</param>
/// <param name="Scorer">Scores it.</param>
/// <param name="Runner">Threads.</param>
/// <param name="Rng">Draws test sequences.</param>
internal sealed record TaskTest(TokenModel<float> Model, TokenScorer<float> Scorer, ChunkRunner Runner, Rng Rng);

/// <summary>Layers that learn synthetic tasks, seed by seed, so that tables fill evenly; each finished run is written at once and not run again.</summary>
internal sealed class TaskRuns(string file, TaskRecipe recipe, Arguments arguments)
{
    private readonly int _threads = arguments.Count("threads", 2);

    /// <summary>The finished runs of one experiment.</summary>
    public IEnumerable<WorldResult> Of(string experiment) => WorldResult.Read(file).Where(done => done.Experiment == NameOf(experiment));

    /// <summary>Runs what has no result yet.</summary>
    /// <param name="experiment">Which.</param>
    /// <param name="layers">Layers between the blocks' other parts.</param>
    /// <param name="lessons">What is learned.</param>
    /// <param name="test">Adds the figures of a test.</param>
    public void RunMissing(string experiment, IReadOnlyList<string> layers, IReadOnlyList<TokenLesson> lessons, Action<TaskTest, Dictionary<string, double>> test)
    {
        foreach (string layer in layers)
        {
            TrunkOf(layer);
        }

        ulong first = (ulong)arguments.Count("first-seed", 1);
        ulong seeds = (ulong)arguments.Count("seeds", 3);
        for (ulong seed = first; seed < first + seeds; seed++)
        {
            foreach (string layer in layers)
            {
                if (!Of(experiment).Any(done => (done.Stack, done.Seed) == (layer, seed)))
                {
                    var clock = Stopwatch.StartNew();
                    Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{NameOf(experiment)} {layer} seed {seed}"));
                    Dictionary<string, double> figures = Run(layer, lessons, new Rng(seed).For(experiment), test);
                    new WorldResult(NameOf(experiment), layer, seed, figures, clock.Elapsed.TotalSeconds).Append(file);
                }
            }
        }
    }

    private string NameOf(string experiment) => $"{experiment}/{recipe}";

    private Dictionary<string, double> Run(string layer, IReadOnlyList<TokenLesson> lessons, Rng rng, Action<TaskTest, Dictionary<string, double>> test)
    {
        ISequenceLayer<float> trunk = TrunkOf(layer);
        var figures = new Dictionary<string, double>
        {
            ["parameters"] = trunk.Parameters.Sum(item => (long)item.Parameter.Length),
            ["state_bytes"] = trunk.Cost.StateBytes,
            ["multiply_adds"] = trunk.Cost.MultiplyAdds,
        };
        TokenModel<float>? best = null;
        double least = double.PositiveInfinity;
        foreach (double rate in recipe.Rates)
        {
            var model = new TokenModel<float>(
                lessons.Max(lesson => lesson.Task.Vocabulary), TrunkOf(layer), lessons.Max(lesson => lesson.Task.Classes));
            if (Learn(model, lessons, rate, rng) is { } outcome && outcome.BestLoss < least)
            {
                (best, least) = (model, outcome.BestLoss);
                figures["rate"] = rate;
                figures["best_step"] = outcome.BestStep;
                figures["divergences"] = outcome.Divergences.Count;
            }
        }

        if (best is not null)
        {
            figures["validation"] = least;
            using var runner = new ChunkRunner(_threads);
            test(new TaskTest(best, new TokenScorer<float>(best), runner, rng.For("test")), figures);
        }

        return figures;
    }

    private ISequenceLayer<float> TrunkOf(string layer)
    {
        try
        {
            return StackText.Parse(LayerBlocks.Around(layer, recipe.Width, recipe.Blocks, recipe.Before)).Build<float>(recipe.Width);
        }
        catch (Exception error) when (error is StackTextException or ArgumentException)
        {
            throw new ExperimentException(error.Message);
        }
    }

    /// <summary>Null where the weights drawn give no finite loss.</summary>
    private TrainingOutcome? Learn(TokenModel<float> model, IReadOnlyList<TokenLesson> lessons, double rate, Rng rng)
    {
        var options = new TokenOptions
        {
            Steps = recipe.Steps,
            BatchSize = recipe.Batch,
            Rate = rate,
            Curriculum = recipe.Learned is { } nats ? OneByOne(lessons, nats) : null,
            Validations = recipe.Looks,
            Threads = _threads,
        };
        try
        {
            return TokenLearning<float>.Run(model, lessons, options, rng, Show);
        }
        catch (DivergenceException divergence)
        {
            Console.Error.WriteLine($"  {divergence.Message}");
            return null;
        }
    }

    /// <summary>Lessons in order, the next beside those before once these are learned.</summary>
    private static Curriculum OneByOne(IReadOnlyList<TokenLesson> lessons, double nats) => new(
    [
        .. Enumerable.Range(1, lessons.Count).Select(count => new CurriculumStage($"{count} of {lessons.Count}", [.. lessons.Take(count).Select(lesson => (lesson.Name, 1.0))])
        {
            Loss = count < lessons.Count ? nats : null,
        }),
    ]);

    private static void Show(TrainingProgress progress)
    {
        if (progress.Step % Math.Max(1, progress.Steps / 10) == 0)
        {
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  update {progress.Step} of {progress.Steps}: loss {progress.Loss:F4}, validation {progress.ValidationLoss:F4}, best {progress.BestLoss:F4}, {progress.SlicesPerSecond:F0} slices/s"));
        }
    }
}
