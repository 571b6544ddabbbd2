using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A hierarchical Gaussian filter of one noisy channel, whose steps are now small and now large: a stream at constant cost.</summary>
/// <remarks>
/// The equations stand at <see cref="VolatilityStep"/>. Surprises and evidences of single values are densities times the channel's resolution
/// (1 where it is not known). It works in the channel's own unit: forecasts of a positive channel may reach below zero. It belongs to one thread.
/// </remarks>
public sealed class VolatilityFilter : IConditional
{
    private readonly double[] _omega;
    private readonly double[] _kappa;
    private readonly double[] _state;

    /// <summary>A filter that has seen nothing.</summary>
    /// <param name="channel">What it follows: a channel of numbers.</param>
    /// <param name="parameters">How the channel is held to move.</param>
    /// <exception cref="ArgumentException">A variance is not positive, or couplings do not fit the levels.</exception>
    /// <exception cref="InputException">The channel's values are not numbers.</exception>
    public VolatilityFilter(Channel channel, VolatilityParameters parameters)
    {
        ArgumentNullException.ThrowIfNull(channel);
        ArgumentNullException.ThrowIfNull(parameters);
        parameters.Check();
        if (!channel.IsNumeric)
        {
            throw new InputException($"Channel '{channel.Name}': found a {channel.Kind} channel, expected numbers for a volatility filter.");
        }

        Channels = [channel with { Kind = ChannelKind.Real }];
        Parameters = parameters;
        _omega = [.. parameters.LogStepVariances];
        _kappa = [.. parameters.Couplings ?? Enumerable.Repeat(1.0, _omega.Length - 1)];
        _state = new double[2 * _omega.Length];
        Restart();
    }

    /// <inheritdoc/>
    public IReadOnlyList<Channel> Channels { get; }

    /// <summary>How the channel is held to move.</summary>
    public VolatilityParameters Parameters { get; }

    /// <summary>Numbers of a state row: means of all levels, then their precisions.</summary>
    public int StateSize => _state.Length;

    /// <summary>What the value without its noise is believed to be.</summary>
    public double Mean => _state[0];

    /// <summary>Variance of that belief.</summary>
    public double Variance => 1 / _state[_omega.Length];

    /// <summary>Standard deviation of the value's steps per unit of time, as believed now.</summary>
    public double StepDeviation => Math.Sqrt(Elementary.Exp(_omega[0] + (_omega.Length > 1 ? _kappa[0] * _state[1] : 0)));

    /// <summary>Fits noise and step variances to a frame of one channel by maximum likelihood; the filter has seen nothing yet.</summary>
    /// <exception cref="InputException">The frame has several channels, or one that is not of numbers, too short or constant.</exception>
    public static VolatilityFilter Fit(Frame frame, VolatilityOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(frame);
        options ??= new VolatilityOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Levels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Evaluations);
        if (frame.Channels.Count != 1)
        {
            throw new InputException(
                $"{frame.Source}: found {frame.Channels.Count} channels, expected one for a volatility filter (the option ignore leaves others out).");
        }

        return new VolatilityFilter(frame.Channels[0], VolatilityFit.Fit(frame, options));
    }

    /// <summary>Takes in the next value. O(levels), no allocation.</summary>
    /// <param name="value">In the channel's unit; NaN: a hole, only time goes by.</param>
    /// <param name="elapsed">Time since the last one, in units of time, not negative.</param>
    /// <returns>Surprise, -log p(value | past) as a density in the channel's unit, in nats; 0 of a hole.</returns>
    public double Observe(double value, double elapsed = 1)
    {
        if (!(elapsed >= 0) || double.IsInfinity(elapsed) || double.IsInfinity(value))
        {
            throw new InputException(FormattableString.Invariant(
                $"Found the value {value:R} after a time of {elapsed:R}, expected a finite number or NaN, and a time that is finite and not negative."));
        }

        return Step(_state, value, elapsed);
    }

    /// <summary>Takes in a series of the one channel, its stamps in the parameters' time unit.</summary>
    /// <returns>Sum of surprises, in nats.</returns>
    public double Observe(Series series)
    {
        ArgumentNullException.ThrowIfNull(series);
        double total = 0;
        for (int i = 0; i < series.Length; i++)
        {
            total += Observe(series.Values[i], i == 0 ? 1 : (series.Times[i] - series.Times[i - 1]) / Parameters.TimeUnit);
        }

        return total;
    }

    /// <summary>What the next value is believed to be.</summary>
    /// <param name="elapsed">Time until then, in units of time, not negative.</param>
    public Posterior Next(double elapsed = 1)
    {
        double[] variance = Variances(_state);
        VolatilityStep.Spread(_omega, _kappa, elapsed, _state, variance);
        return Normal(_state[0], variance[0]);
    }

    /// <summary>Forgets what was seen.</summary>
    public void Restart()
    {
        int levels = _omega.Length;
        _state.AsSpan().Clear();
        _state[0] = Parameters.InitialMean;
        _state.AsSpan(levels).Fill(1 / Parameters.InitialVolatilityVariance);
        _state[levels] = 1 / Parameters.InitialVariance;
    }

    /// <summary>An independent copy.</summary>
    public VolatilityFilter Fork()
    {
        var copy = new VolatilityFilter(Channels[0], Parameters);
        copy.Restore(_state);
        return copy;
    }

    /// <summary>Writes the state, [<see cref="StateSize"/>].</summary>
    public void Save(Span<double> row) => _state.CopyTo(row);

    /// <summary>Goes on from a state that <see cref="Save"/> wrote.</summary>
    /// <exception cref="InputException">The row is no state of a filter of so many levels.</exception>
    public void Restore(ReadOnlySpan<double> row)
    {
        if (row.Length != _state.Length)
        {
            throw new InputException($"Found a state of {row.Length} numbers, expected {_state.Length}.");
        }

        for (int i = 0; i < row.Length; i++)
        {
            if (!double.IsFinite(row[i]) || (i >= _omega.Length && row[i] <= 0))
            {
                throw new InputException($"Found {row[i]} as number {i} of a state, expected finite means and positive precisions.");
            }
        }

        row.CopyTo(_state);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Clamps are equalities at offsets from 1; cells are asked for after the last clamp (or at a clamp: its value). Forecasts are normal, their
    /// variance the expected one. Only events need effort: paths are drawn for them.
    /// </remarks>
    public Answer Answer(Question question, AnswerOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new AnswerOptions();
        EngineQuestion.Check(Channels, question, options);
        SortedDictionary<int, double> clamps = Clamps(question);
        Refuse(question, options, clamps);
        double elapsed = (options.Every ?? Parameters.TimeUnit) / Parameters.TimeUnit;
        double[] state = [.. _state];
        int last = clamps.Count > 0 ? clamps.Keys.Max() : 0;
        double evidence = clamps.Count * Elementary.Log(Channels[0].Resolution);
        for (int offset = 1; offset <= last; offset++)
        {
            evidence -= Step(state, clamps.TryGetValue(offset, out double value) ? value : double.NaN, elapsed);
        }

        IEnumerable<CellAddress> cells = question.Asked.Concat(question.Events.SelectMany(function => function.Cells));
        int furthest = cells.Select(cell => cell.Offset).Append(last).Max();
        var forecasts = new Posterior[furthest - last];
        double[] variance = Variances(state);
        for (int k = 0; k < forecasts.Length; k++)
        {
            VolatilityStep.Spread(_omega, _kappa, elapsed, state, variance);
            forecasts[k] = Normal(state[0], variance[0]);
        }

        Posterior[] answers = [.. question.Asked.Select(cell => clamps.TryGetValue(cell.Offset, out double known)
            ? EngineQuestion.Certain(Channels[0], known) : forecasts[cell.Offset - last - 1])];
        var answer = new Answer(answers) { LogEvidence = evidence, StandardErrors = new double[answers.Length] };
        if (question.Events.Count == 0)
        {
            return answer;
        }

        double[][] paths = Paths(new VolatilityPaths(_omega, _kappa, Parameters.ObservationVariance, state, elapsed), forecasts.Length, options, cancellation);
        double At(int i, CellAddress cell) => clamps.TryGetValue(cell.Offset, out double known) ? known : paths[i][cell.Offset - last - 1];
        double[] events = EngineQuestion.EventShares(question.Events, paths.Length, At);
        return answer with
        {
            Events = events,
            EventErrors = EngineQuestion.ShareErrors(events, paths.Length),
            Effort = paths.Length,
            EffectiveSampleSize = paths.Length,
            Samples = [.. Enumerable.Range(0, paths.Length).Select(i => question.Asked.Select(cell => At(i, cell)).ToArray())],
        };
    }

    private static double[][] Paths(VolatilityPaths paths, int length, AnswerOptions options, CancellationToken cancellation)
    {
        int draws = EngineQuestion.Draws(options);
        if (draws == 0)
        {
            throw new InputException("Found an event and an effort of 0, expected an effort of at least 1: paths are drawn for events.");
        }

        EngineQuestion.CheckMemory(options, draws, length);
        Rng rng = new Rng(options.Seed).For("volatility paths");
        var drawn = new double[draws][];
        for (int i = 0; i < draws; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            drawn[i] = paths.Draw(length, rng.For(i));
        }

        return drawn;
    }

    private SortedDictionary<int, double> Clamps(Question question)
    {
        var clamps = new SortedDictionary<int, double>();
        foreach (Clamp clamp in question.Clamps)
        {
            if (clamp.IsRelation || !clamp.IsEquality || clamp.Cell.Offset < 1)
            {
                throw new InputException(
                    $"Clamp {clamp.Describe(Channels)}: expected one value at an offset of 1 or more, which is all that a volatility filter can take.");
            }

            if (!clamps.TryAdd(clamp.Cell.Offset, clamp.Low) && clamps[clamp.Cell.Offset] != clamp.Low)
            {
                throw EngineQuestion.Contradiction(Channels, clamp);
            }
        }

        return clamps;
    }

    private void Refuse(Question question, AnswerOptions options, SortedDictionary<int, double> clamps)
    {
        if (options.Future is not null)
        {
            throw new InputException("Option future: found slices, expected none; a volatility filter takes values to come as clamps.");
        }

        if (options.Every is { } every && !(every > 0 && double.IsFinite(every)))
        {
            throw new InputException(FormattableString.Invariant($"Option every: found {every:R}, expected a positive time."));
        }

        int last = clamps.Count > 0 ? clamps.Keys.Max() : 0;
        foreach (CellAddress cell in question.Asked.Concat(question.Events.SelectMany(function => function.Cells)))
        {
            if (cell.Offset <= last && !clamps.ContainsKey(cell.Offset))
            {
                throw new InputException(
                    $"Found the question {cell.Describe(Channels)}, expected an offset above {last}: a volatility filter only looks ahead of what is known.");
            }
        }
    }

    private double Step(double[] state, double value, double elapsed) =>
        VolatilityStep.Step(_omega, _kappa, Parameters.ObservationVariance, elapsed, value, state.AsSpan(0, _omega.Length), state.AsSpan(_omega.Length));

    private double[] Variances(double[] state) => [.. state.Skip(_omega.Length).Select(precision => 1 / precision)];

    private CellPosterior Normal(double mean, double variance) => new(
        Channels[0], new ChannelScale(ChannelKind.Real) { Resolution = Channels[0].Resolution }, [],
        Mixture.Normal(mean, Math.Sqrt(variance + Parameters.ObservationVariance)));
}
