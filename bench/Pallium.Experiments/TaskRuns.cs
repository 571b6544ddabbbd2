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
/// <param name="Rates">Learning rates that are tried; the validation loss after an eighth of the updates chooses one, which is learned to the end.</param>
internal sealed record TaskRecipe(int Width, int Blocks, int Steps, int Batch, IReadOnlyList<double> Rates)
{
    /// <summary>Draws of weights that are tried with every rate.</summary>
    public int Draws { get; init; } = 1;

    /// <summary>Nats of held-out loss at which the next lesson is added to those before, all of them by <see cref="LatestLesson"/> of the updates; null: all from the start.</summary>
    public double? Learned { get; init; }

    /// <summary>Share of the updates after which all lessons are drawn from, however much was learned.</summary>
    public const double LatestLesson = 0.6;

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
        Draws = arguments.Count("draws", Draws),
    };

    private static int BatchOf(int batch) =>
        batch % 16 == 0 ? batch : throw new ExperimentException($"Option --batch: found {batch}, expected a multiple of 16.");

    /// <summary>Names it, so that runs of different recipes stay apart.</summary>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Blocks}x{Width}/{Before}/{Steps}x{Batch}/{string.Join(',', Rates)}{(Draws > 1 ? $"/{Draws} draws" : "")}{(Learned is { } nats ? $"/{nats} nats in {Looks} looks" : "")}");
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
    private readonly (string Name, Curriculum? Curriculum) _course = CourseOf(arguments.Text("curriculum", ""));

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

    private string NameOf(string experiment) => _course.Curriculum is null ? $"{experiment}/{recipe}" : $"{experiment}/{recipe}/{_course.Name}";

    private static (string, Curriculum?) CourseOf(string path)
    {
        try
        {
            return path.Length == 0 ? ("", null) : (Path.GetFileNameWithoutExtension(path), Curriculum.Parse(File.ReadAllText(path), path));
        }
        catch (Exception error) when (error is CurriculumException or IOException)
        {
            throw new ExperimentException(error.Message);
        }
    }

    private Dictionary<string, double> Run(string layer, IReadOnlyList<TokenLesson> lessons, Rng rng, Action<TaskTest, Dictionary<string, double>> test)
    {
        ISequenceLayer<float> trunk = TrunkOf(layer);
        var figures = new Dictionary<string, double>
        {
            ["parameters"] = trunk.Parameters.Sum(item => (long)item.Parameter.Length),
            ["state_bytes"] = trunk.Cost.StateBytes,
            ["multiply_adds"] = trunk.Cost.MultiplyAdds,
        };
        (double Rate, Rng Rng) start = Best(layer, lessons, [.. recipe.Rates.SelectMany(rate => Enumerable.Range(0, recipe.Draws).Select(draw => (rate, draw == 0 ? rng : rng.For("draw").For(draw))))]);
        TokenModel<float> model = ModelOf(layer, lessons);
        if (Learn(model, lessons, start.Rate, start.Rng, recipe.Steps) is { } outcome)
        {
            figures["rate"] = start.Rate;
            figures["best_step"] = outcome.BestStep;
            figures["divergences"] = outcome.Divergences.Count;
            figures["validation"] = outcome.BestLoss;
            using var runner = new ChunkRunner(_threads);
            test(new TaskTest(model, new TokenScorer<float>(model), runner, rng.For("test")), figures);
        }

        return figures;
    }

    /// <summary>The start whose validation loss is least after an eighth of the updates.</summary>
    private (double Rate, Rng Rng) Best(string layer, IReadOnlyList<TokenLesson> lessons, IReadOnlyList<(double Rate, Rng Rng)> starts) => starts.Count == 1
        ? starts[0]
        : starts.MinBy(start => Learn(ModelOf(layer, lessons), lessons, start.Rate, start.Rng, recipe.Steps / 8)?.BestLoss ?? double.PositiveInfinity);

    private TokenModel<float> ModelOf(string layer, IReadOnlyList<TokenLesson> lessons) =>
        new(lessons.Max(lesson => lesson.Task.Vocabulary), TrunkOf(layer), lessons.Max(lesson => lesson.Task.Classes));

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

    /// <summary>Learns for so many of the recipe's updates; null where the weights drawn give no finite loss.</summary>
    private TrainingOutcome? Learn(TokenModel<float> model, IReadOnlyList<TokenLesson> lessons, double rate, Rng rng, int steps)
    {
        using var enough = new CancellationTokenSource();
        var options = new TokenOptions
        {
            Steps = recipe.Steps,
            BatchSize = recipe.Batch,
            Rate = rate,
            Curriculum = _course.Curriculum is { } given ? given : recipe.Learned is { } nats ? OneByOne(lessons, nats, (long)(TaskRecipe.LatestLesson * recipe.Steps)) : null,
            Validations = recipe.Looks,
            Threads = _threads,
        };
        try
        {
            return TokenLearning<float>.Run(model, lessons, options, rng, Watch, enough.Token);
        }
        catch (DivergenceException divergence)
        {
            Console.Error.WriteLine($"  {divergence.Message}");
            return null;
        }

        void Watch(TrainingProgress progress)
        {
            Show(progress);
            if (progress.Step == steps)
            {
                enough.Cancel();
            }
        }
    }

    /// <summary>Lessons in order, the next beside those before.</summary>
    private static Curriculum OneByOne(IReadOnlyList<TokenLesson> lessons, double nats, long steps) => new(
    [
        .. Enumerable.Range(1, lessons.Count).Select(count => (Count: count, IsLast: count == lessons.Count)).Select(stage =>
            new CurriculumStage($"{stage.Count} of {lessons.Count}", [.. lessons.Take(stage.Count).Select(lesson => (lesson.Name, 1.0))])
            {
                Loss = stage.IsLast ? null : nats,
                Steps = stage.IsLast ? null : steps / (lessons.Count - 1),
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
