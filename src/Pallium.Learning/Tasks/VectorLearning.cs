using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Learning a <see cref="StepwiseModel{T}"/> on a <see cref="VectorTask"/>, from sequences that are drawn afresh for every update and never come again.</summary>
/// <remarks>
/// All sequences of an update have as many things, a number drawn for it. Each sequence is keyed by seed, purpose, update and row: the same bits for any number of threads.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class VectorLearning<T> : ILearningTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int ValidationWindows = 64;
    private readonly StepwiseModel<T> _model;
    private readonly VectorLesson _lesson;
    private readonly int _batch;
    private readonly Rng _rng;
    private readonly StepwiseChunk<T>[] _chunks;
    private readonly StepwiseScorer<T> _scorer;
    private readonly SequenceWindows<T> _validation;
    private readonly int[] _order;
    private SequenceWindows<T> _windows;
    private double _ahead;

    /// <summary>A task.</summary>
    /// <param name="model">What is learned, with the goal <see cref="StepwiseGoal.Bits"/>; it is drawn anew.</param>
    /// <param name="lesson">What it is learned from.</param>
    /// <param name="batch">Sequences of an update, a multiple of 16.</param>
    /// <param name="rng">Draws weights and sequences.</param>
    /// <exception cref="ArgumentException">The batch is no multiple of 16, or the model has another goal.</exception>
    public VectorLearning(StepwiseModel<T> model, VectorLesson lesson, int batch, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(lesson);
        if (batch <= 0 || batch % StepwiseChunk<T>.MostRows != 0)
        {
            throw new ArgumentException($"Found a batch of {batch} sequences, expected a multiple of {StepwiseChunk<T>.MostRows}.", nameof(batch));
        }

        if (model.Goal != StepwiseGoal.Bits)
        {
            throw new ArgumentException($"Found a model whose goal is {model.Goal}, expected {StepwiseGoal.Bits}.", nameof(model));
        }

        (_model, _lesson, _batch, _rng) = (model, lesson, batch, rng);
        _chunks = [.. Enumerable.Range(0, batch / StepwiseChunk<T>.MostRows).Select(_ => new StepwiseChunk<T>(model))];
        _scorer = new StepwiseScorer<T>(model);
        _validation = lesson.Task.Draw<T>(ValidationWindows, lesson.Least, lesson.Most, rng.For("validation"));
        _windows = _validation;
        _order = [.. Enumerable.Range(0, batch)];
        model.Initialize(rng.For("weights"));
    }

    /// <inheritdoc/>
    public ParameterSet<T> Parameters => _model.Parameters;

    /// <inheritdoc/>
    public int Chunks => _chunks.Length;

    /// <inheritdoc/>
    public int SlicesPerStep => _batch * _lesson.Task.StepsOf((_lesson.Least + _lesson.Most) / 2);

    /// <inheritdoc/>
    public void Refresh() => _model.Refresh();

    /// <inheritdoc/>
    public void Begin(long step, double ahead)
    {
        _ahead = ahead;
        Rng rng = _rng.For("lesson").For(step);
        int count = _lesson.Least + rng.Below(_lesson.Most - _lesson.Least + 1);
        _windows = _lesson.Task.Draw<T>(_batch, count, count, rng.For("windows"));
    }

    /// <inheritdoc/>
    public ChunkLoss Learn(long step, int chunk, Gradients<T> gradients)
    {
        int first = chunk * StepwiseChunk<T>.MostRows;
        return _chunks[chunk].Learn(_windows, _order.AsSpan(first, StepwiseChunk<T>.MostRows), new(_rng.For("noise").For(step), first, _ahead), gradients);
    }

    /// <inheritdoc/>
    public double Validate(ChunkRunner runner) => Score(_validation, runner).Loss;

    /// <summary>How well the present weights do on other sequences.</summary>
    public StepwiseScore Score(SequenceWindows<T> windows, ChunkRunner runner)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(runner);
        return _scorer.Score(windows, runner);
    }
}

/// <summary>A task of vectors and how long its sequences are in learning.</summary>
/// <param name="Task">What is drawn.</param>
/// <param name="Least">Things in the shortest sequences.</param>
/// <param name="Most">Things in the longest; every number between is as likely.</param>
public sealed record VectorLesson(VectorTask Task, int Least, int Most);
