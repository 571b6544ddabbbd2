using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>A task and the lengths that its sequences have in learning.</summary>
/// <param name="Task">What is drawn.</param>
/// <param name="Least">Tokens of the shortest sequences.</param>
/// <param name="Most">Tokens of the longest; every length between is as likely.</param>
public sealed record TokenLesson(TokenTask Task, int Least, int Most)
{
    /// <summary>What a curriculum calls it.</summary>
    public string Name { get; init; } = "";

    /// <summary>Sequences of an update that takes this lesson, a multiple of 16; null: as many as the options say.</summary>
    public int? Sequences { get; init; }
}

/// <summary>How a <see cref="TokenModel{T}"/> learns.</summary>
public sealed record TokenOptions
{
    /// <summary>Updates: always as many, never a matter of time.</summary>
    public int Steps { get; init; } = 1000;

    /// <summary>Sequences per update, a multiple of 16.</summary>
    public int BatchSize { get; init; } = 32;

    /// <summary>Learning rate.</summary>
    public double Rate { get; init; } = 3e-3;

    /// <summary>Decoupled weight decay.</summary>
    public double WeightDecay { get; init; } = 0.01;

    /// <summary>Sequences per lesson by which the best weights are chosen.</summary>
    public int ValidationCount { get; init; } = 64;

    /// <summary>Looks at the validation sequences.</summary>
    public int Validations { get; init; } = 8;

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Which lessons are drawn when, by their names; null: each as likely all along. Weights are chosen by all lessons alike.</summary>
    public Curriculum? Curriculum { get; init; }
}

/// <summary>Learning a <see cref="TokenModel{T}"/> from sequences that are drawn afresh for every update and never come again.</summary>
/// <remarks>Each sequence is keyed by seed, purpose, update and row: the same bits for any number of threads. Every update takes one lesson, drawn at random.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TokenLearning<T> : ILearningTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TokenModel<T> _model;
    private readonly TokenLesson[] _lessons;
    private readonly TokenOptions _options;
    private readonly Rng _rng;
    private readonly TokenChunks<T> _chunks;
    private readonly TokenScorer<T> _scorer;
    private readonly CurriculumCourse? _course;
    private readonly int[] _taught;
    private TokenLesson _lesson;
    private int _length;
    private double _ahead;

    private TokenLearning(TokenModel<T> model, TokenLesson[] lessons, TokenOptions options, Rng rng)
    {
        _model = model;
        _lessons = lessons;
        _lesson = lessons[0];
        _options = options;
        _rng = rng;
        _chunks = new TokenChunks<T>(model);
        _scorer = new TokenScorer<T>(model, _chunks);
        _course = options.Curriculum is { } curriculum ? new CurriculumCourse(curriculum) : null;
        _taught = [.. (options.Curriculum?.Sources ?? []).Select(source => Array.FindIndex(lessons, lesson => lesson.Name == source))];
    }

    /// <inheritdoc/>
    public ParameterSet<T> Parameters => _model.Parameters;

    /// <inheritdoc/>
    public int Chunks => _lessons.Max(SequencesOf) / TokenChunk<T>.MostRows;

    /// <inheritdoc/>
    public int SlicesPerStep => (int)_lessons.Average(lesson => SequencesOf(lesson) * (lesson.Least + lesson.Most) / 2.0);

    /// <summary>Draws a model anew and lets it learn; afterwards it holds the weights with the smallest validation loss.</summary>
    /// <param name="model">What is learned.</param>
    /// <param name="lessons">What it is learned from.</param>
    /// <param name="options">How.</param>
    /// <param name="rng">Draws weights and sequences.</param>
    /// <param name="progress">Is told of every update; may be null.</param>
    /// <param name="cancellation">Ends learning early.</param>
    /// <exception cref="ArgumentException">The lessons or the batch are not such as are expected.</exception>
    /// <exception cref="DivergenceException">The weights drawn give no finite loss.</exception>
    public static TrainingOutcome Run(
        TokenModel<T> model, IReadOnlyList<TokenLesson> lessons, TokenOptions options, Rng rng, Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(lessons);
        ArgumentNullException.ThrowIfNull(options);
        Check(model, lessons, options);
        model.Initialize(rng.For("weights"));
        var trainer = new Trainer<T>(new TokenLearning<T>(model, [.. lessons], options, rng), new TrainerOptions
        {
            Steps = options.Steps,
            Schedule = new RateSchedule(options.Rate) { WarmUp = Math.Min(100, options.Steps / 10), CoolDown = 0.3 },
            Adam = new AdamOptions { WeightDecay = options.WeightDecay },
            ValidateEvery = Math.Max(1, options.Steps / options.Validations),
            Patience = null,
            Threads = options.Threads,
        });
        return trainer.Run(progress, cancellation);
    }

    /// <inheritdoc/>
    public void Refresh() => _model.Refresh();

    /// <inheritdoc/>
    public void Begin(long step, double ahead)
    {
        _ahead = ahead;
        Rng rng = _rng.For("lesson").For(step);
        _course?.Begin(step);
        _lesson = _lessons[_course is null ? rng.Below(_lessons.Length) : _taught[rng.Categorical([.. _course.Weights])]];
        _length = _lesson.Least + rng.Below(_lesson.Most - _lesson.Least + 1);
    }

    /// <inheritdoc/>
    public ChunkLoss Learn(long step, int chunk, Gradients<T> gradients) => chunk * TokenChunk<T>.MostRows >= SequencesOf(_lesson) ? default : _chunks.Use(tape => tape.Learn(
        _lesson.Task, _length, TokenChunk<T>.MostRows, _rng.For("learning").For(step), new(_rng.For("noise").For(step), chunk * TokenChunk<T>.MostRows, _ahead), gradients));

    /// <inheritdoc/>
    public double Validate(ChunkRunner runner)
    {
        double[] losses =
        [
            .. _lessons.Select((lesson, i) => _scorer.Score(lesson.Task, lesson.Most, _options.ValidationCount, _rng.For("validation").For(i), runner).Loss),
        ];
        _course?.Validated([.. _taught.Select(lesson => losses[lesson])]);
        return losses.Average();
    }

    private int SequencesOf(TokenLesson lesson) => lesson.Sequences ?? _options.BatchSize;

    private static void Check(TokenModel<T> model, IReadOnlyList<TokenLesson> lessons, TokenOptions options)
    {
        foreach (int sequences in lessons.Select(lesson => lesson.Sequences ?? options.BatchSize).Where(sequences => sequences <= 0 || sequences % TokenChunk<T>.MostRows != 0))
        {
            throw new ArgumentException($"Found an update of {sequences} sequences, expected a multiple of {TokenChunk<T>.MostRows}.", nameof(options));
        }

        if (lessons.Count == 0 || lessons.Any(lesson => lesson.Least < lesson.Task.LeastLength || lesson.Most < lesson.Least))
        {
            throw new ArgumentException("Expected one lesson or more, each with lengths from its task's least length on.", nameof(lessons));
        }

        if (options.Curriculum?.Sources.FirstOrDefault(source => lessons.Count(lesson => lesson.Name == source) != 1) is { } unknown)
        {
            throw new ArgumentException($"Found '{unknown}' in the curriculum, expected one of {string.Join(", ", lessons.Select(lesson => $"'{lesson.Name}'"))}.", nameof(options));
        }

        if (lessons.Any(lesson => lesson.Task.Vocabulary > model.Vocabulary || lesson.Task.Classes > model.Classes))
        {
            throw new ArgumentException($"A task has more than the model's {model.Vocabulary} tokens or {model.Classes} classes.", nameof(lessons));
        }
    }
}
