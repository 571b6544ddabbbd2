using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>How well a <see cref="StepwiseModel{T}"/> does, over all steps of all windows, or all bits that were asked for.</summary>
/// <param name="Loss">Mean cross-entropy in nats, of a step or a bit, or mean squared error per number.</param>
/// <param name="Error">Share of steps whose likeliest class is wrong, mean squared error per number, or share of wrong bits.</param>
public readonly record struct StepwiseScore(double Loss, double Error);

/// <summary>How windows are learned from.</summary>
public sealed record StepwiseOptions
{
    /// <summary>Windows per update, a multiple of 16.</summary>
    public int BatchSize { get; init; } = 16;

    /// <summary>Whether <see cref="StepwiseScore.Error"/> chooses the best weights, instead of the loss.</summary>
    public bool ChoosesByError { get; init; }
}

/// <summary>Learning a <see cref="StepwiseModel{T}"/> from independent windows, shuffled anew in every epoch.</summary>
/// <remarks>Gradients flow through the whole window. An epoch's last, incomplete batch is left out.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class StepwiseTask<T> : ILearningTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StepwiseModel<T> _model;
    private readonly SequenceWindows<T> _training;
    private readonly SequenceWindows<T> _validation;
    private readonly StepwiseOptions _options;
    private readonly Rng _rng;
    private readonly StepwiseChunk<T>[] _chunks;
    private readonly StepwiseScorer<T> _scorer;
    private readonly int[] _order;
    private long _epoch = -1;
    private double _ahead;

    /// <summary>A task.</summary>
    /// <param name="model">What is learned; it is drawn anew.</param>
    /// <param name="training">What is learned from.</param>
    /// <param name="validation">What chooses the best weights.</param>
    /// <param name="options">How.</param>
    /// <param name="rng">Draws the weights, the order of windows and dropout.</param>
    /// <exception cref="ArgumentException">The batch is no multiple of 16 or larger than the training part.</exception>
    public StepwiseTask(StepwiseModel<T> model, SequenceWindows<T> training, SequenceWindows<T> validation, StepwiseOptions options, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(training);
        ArgumentNullException.ThrowIfNull(validation);
        ArgumentNullException.ThrowIfNull(options);
        if (options.BatchSize <= 0 || options.BatchSize % StepwiseChunk<T>.MostRows != 0 || options.BatchSize > training.Count)
        {
            throw new ArgumentException(
                $"Found a batch of {options.BatchSize} windows, expected a multiple of {StepwiseChunk<T>.MostRows}, at most {training.Count}.", nameof(options));
        }

        _model = model;
        _training = training;
        _validation = validation;
        _options = options;
        _rng = rng;
        _chunks = [.. Enumerable.Range(0, options.BatchSize / StepwiseChunk<T>.MostRows).Select(_ => new StepwiseChunk<T>(model))];
        _scorer = new StepwiseScorer<T>(model);
        _order = new int[training.Count];
        model.Initialize(rng.For("weights"));
    }

    /// <summary>Updates that an epoch takes.</summary>
    public int StepsPerEpoch => _training.Count / _options.BatchSize;

    /// <inheritdoc/>
    public ParameterSet<T> Parameters => _model.Parameters;

    /// <inheritdoc/>
    public int Chunks => _chunks.Length;

    /// <inheritdoc/>
    public int SlicesPerStep => _options.BatchSize * _training.Steps;

    /// <inheritdoc/>
    public void Refresh() => _model.Refresh();

    /// <inheritdoc/>
    public void Begin(long step, double ahead)
    {
        _ahead = ahead;
        long epoch = step / StepsPerEpoch;
        if (epoch != _epoch)
        {
            _epoch = epoch;
            _rng.For("order").For(epoch).Permutation(_order);
        }
    }

    /// <inheritdoc/>
    public ChunkLoss Learn(long step, int chunk, Gradients<T> gradients)
    {
        int firstRow = chunk * StepwiseChunk<T>.MostRows;
        int first = ((int)(step % StepsPerEpoch) * _options.BatchSize) + firstRow;
        return _chunks[chunk].Learn(_training, _order.AsSpan(first, StepwiseChunk<T>.MostRows), new(_rng.For("noise").For(step), firstRow, _ahead), gradients);
    }

    /// <inheritdoc/>
    public double Validate(ChunkRunner runner)
    {
        StepwiseScore score = Score(_validation, runner);
        return _options.ChoosesByError ? score.Error : score.Loss;
    }

    /// <summary>How well the present weights do on other windows.</summary>
    public StepwiseScore Score(SequenceWindows<T> windows, ChunkRunner runner)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(runner);
        return _scorer.Score(windows, runner);
    }

    /// <summary>The readouts of other windows by the present weights.</summary>
    /// <returns>z, [N, T, O].</returns>
    public T[] Predict(SequenceWindows<T> windows, ChunkRunner runner)
    {
        ArgumentNullException.ThrowIfNull(windows);
        ArgumentNullException.ThrowIfNull(runner);
        return _scorer.Predict(windows, runner);
    }
}
