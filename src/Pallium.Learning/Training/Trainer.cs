using System.Diagnostics;
using System.Globalization;
using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>The learning loop: chunks in parallel, gradients added in order, clip, update, early stopping on the best weights.</summary>
/// <remarks>
/// The same seed gives the same weights for any number of threads. Learning that diverges goes back to the last weights
/// that validated, at half the rate, and says so; after <see cref="TrainerOptions.Rollbacks"/> returns it ends there. It never leaves
/// weights that are not finite.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Trainer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ILearningTask<T> _task;
    private readonly TrainerOptions _options;
    private readonly Gradients<T>[] _gradients;
    private readonly ChunkLoss[] _losses;
    private readonly WeightAverage<T>? _average;
    private readonly RoundedWeights<T>? _rounded;
    private readonly Snapshot _best;
    private readonly Snapshot _good;

    /// <summary>A trainer for one task.</summary>
    /// <param name="task">Model, data and loss.</param>
    /// <param name="options">How to learn.</param>
    /// <param name="optimizer">A saved optimiser to go on with; null: a new one.</param>
    public Trainer(ILearningTask<T> task, TrainerOptions options, Adam<T>? optimizer = null)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(options);
        _task = task;
        _options = options;
        Optimizer = optimizer ?? new Adam<T>(task.Parameters, options.Adam);
        _gradients = [.. Enumerable.Range(0, task.Chunks).Select(_ => task.Parameters.NewGradients())];
        _losses = new ChunkLoss[task.Chunks];
        _average = options.AverageDecay is double decay ? new WeightAverage<T>(task.Parameters, decay) : null;
        _rounded = options.Weights is { } format ? new RoundedWeights<T>(task.Parameters, format) : null;
        _best = new Snapshot(task.Parameters, Optimizer, _average);
        _good = new Snapshot(task.Parameters, Optimizer, _average);
    }

    /// <summary>The optimiser, whose state can be saved.</summary>
    public Adam<T> Optimizer { get; }

    /// <summary>Learns. Afterwards the task holds the best weights seen, rounded if <see cref="TrainerOptions.Weights"/> says so, also when cancelled.</summary>
    /// <exception cref="DivergenceException">The weights that learning would begin from give no finite validation loss.</exception>
    public TrainingOutcome Run(Action<TrainingProgress>? progress = null, CancellationToken cancellation = default)
    {
        using var runner = new ChunkRunner(_options.Threads);
        var divergences = new List<string>();
        _task.Refresh();
        double start = Validated(runner);
        double best = start;
        double last = start;
        double loss = double.NaN;
        double rateFactor = 1;
        long bestStep = 0;
        long step = 0;
        int stale = 0;
        bool diverged = false;
        _best.Take();
        _good.Take();
        var clock = Stopwatch.StartNew();
        while (!diverged && step < _options.Steps && !cancellation.IsCancellationRequested && stale < (_options.Patience ?? int.MaxValue))
        {
            try
            {
                double now = Update(runner, step, rateFactor * _options.Schedule.At(step, _options.Steps));
                loss = double.IsNaN(loss) ? now : loss + (0.05 * (now - loss));
                step++;
                if (step % _options.ValidateEvery == 0 || step == _options.Steps)
                {
                    last = Validate(runner);
                    bool better = last < best || _options.KeepsLast;
                    stale = better ? 0 : stale + 1;
                    if (better)
                    {
                        (best, bestStep) = (last, step);
                        TakeBest();
                    }

                    _good.Take();
                }
            }
            catch (DivergenceException divergence)
            {
                divergences.Add(string.Create(CultureInfo.InvariantCulture, $"step {step + 1}: {divergence.Message}"));
                diverged = divergences.Count > _options.Rollbacks;
                Restore(_good);
                rateFactor /= 2;
                step++;
            }

            double rate = step * _task.SlicesPerStep / clock.Elapsed.TotalSeconds;
            progress?.Invoke(new TrainingProgress(step, _options.Steps, loss, last, best, rate) { Diverged = diverged });
        }

        Restore(_best);
        if (_rounded is not null)
        {
            _rounded.Show();
            _task.Refresh();
        }

        return new TrainingOutcome(step, bestStep, start, best, cancellation.IsCancellationRequested, divergences) { Diverged = diverged };
    }

    private double Update(ChunkRunner runner, long step, double rate)
    {
        _task.Begin(step, 1 - ((double)step / _options.Steps));
        AsStored(() => runner.Run(_task.Chunks, chunk =>
        {
            _gradients[chunk].Values.Clear();
            _losses[chunk] = _task.Learn(step, chunk, _gradients[chunk]);
        }));
        double sum = 0;
        double weight = 0;
        foreach (ChunkLoss part in _losses)
        {
            sum += part.Sum;
            weight += part.Weight;
        }

        if (weight == 0)
        {
            return 0;
        }

        Gradients<T> total = GradientSum.Combine(_gradients, 1 / weight);
        foreach ((_, Parameter<T> parameter) in _task.Parameters.Items)
        {
            if (parameter.IsFrozen)
            {
                total[parameter].Clear();
            }
        }

        double norm = GradientSum.Norm(total);
        if (!double.IsFinite(sum) || !double.IsFinite(norm))
        {
            foreach ((string name, Parameter<T> parameter) in _task.Parameters.Items)
            {
                DivergenceException.ThrowIfNotFinite<T>(total[parameter], $"gradient of {name}", parameter.Shape[^1]);
            }

            throw new DivergenceException($"the loss ({sum / weight}) or the gradient's norm ({norm}) is not finite");
        }

        if (_options.ClipNorm is double limit && norm > limit)
        {
            GradientSum.Scale(total, limit / norm);
        }

        Optimizer.Step(total, rate);
        _task.Refresh();
        _average?.Add();
        return sum / weight;
    }

    private double Validate(ChunkRunner runner)
    {
        SwapAverage();
        double loss = Validated(runner);
        SwapAverage();
        return loss;
    }

    private double Validated(ChunkRunner runner)
    {
        double loss = double.NaN;
        AsStored(() => loss = _task.Validate(runner));
        return double.IsFinite(loss) ? loss : throw new DivergenceException($"the validation loss is {loss}");
    }

    /// <summary>Does what reads the weights while they are as they will be stored.</summary>
    private void AsStored(Action work)
    {
        if (_rounded is null)
        {
            work();
            return;
        }

        _rounded.Show();
        _task.Refresh();
        try
        {
            work();
        }
        finally
        {
            _rounded.Hide();
            _task.Refresh();
        }
    }

    private void TakeBest()
    {
        _average?.Swap();
        _best.Take();
        _average?.Swap();
    }

    private void SwapAverage()
    {
        if (_average is not null)
        {
            _average.Swap();
            _task.Refresh();
        }
    }

    private void Restore(Snapshot snapshot)
    {
        snapshot.Restore();
        _task.Refresh();
    }

    /// <summary>Weights, their average and optimiser state at one moment.</summary>
    private sealed class Snapshot(ParameterSet<T> parameters, Adam<T> optimizer, WeightAverage<T>? average)
    {
        private readonly T[] _values = new T[parameters.Length];
        private readonly T[] _mean = new T[parameters.Length];
        private readonly T[] _square = new T[parameters.Length];
        private readonly T[] _average = new T[average is null ? 0 : parameters.Length];
        private long _averaged;
        private long _steps;

        public void Take()
        {
            int offset = 0;
            foreach ((_, Parameter<T> parameter) in parameters.Items)
            {
                parameter.Values.CopyTo(_values.AsSpan(offset));
                offset += parameter.Length;
            }

            optimizer.Mean.CopyTo(_mean);
            optimizer.Square.CopyTo(_square);
            _steps = optimizer.Steps;
            average?.Values.CopyTo(_average);
            _averaged = average?.Count ?? 0;
        }

        public void Restore()
        {
            int offset = 0;
            foreach ((_, Parameter<T> parameter) in parameters.Items)
            {
                _values.AsSpan(offset, parameter.Length).CopyTo(parameter.Values);
                offset += parameter.Length;
            }

            _mean.CopyTo(optimizer.Mean);
            _square.CopyTo(optimizer.Square);
            optimizer.Resume(_steps);
            if (average is not null)
            {
                _average.CopyTo(average.Values);
                average.Count = _averaged;
            }
        }
    }
}
