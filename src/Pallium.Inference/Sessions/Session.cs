using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The state of one stream: a value that can be forked, saved and restored. It belongs to one thread.</summary>
public sealed partial class Session
{
    private const int ImaginedSlices = 64;

    private readonly WorldModel _model;
    private readonly WorldEngine _engine;
    private readonly StreamState _state;
    private readonly SliceObserver _observer;

    internal Session(WorldModel model, StreamState state)
    {
        _model = model;
        _engine = model.Engine;
        _state = state;
        _observer = new SliceObserver(_engine);
    }

    /// <summary>Slices seen.</summary>
    public long Count => _state.Count;

    /// <summary>Stamp of the last slice; NaN before the first.</summary>
    public double Time => _state.Time;

    /// <summary>Stamp at which the next slice is due: the last one and the median step; NaN before the first.</summary>
    public double NextTime => _engine.NextTime(_state);

    internal StreamState State => _state;

    /// <summary>Takes in the next slice and says how surprising it was.</summary>
    /// <exception cref="InputException">The slice has another number of channels, a value that its channel cannot have, or a time that does not go forward.</exception>
    public Surprise Observe(Slice slice)
    {
        Check(slice);
        Rng rng = new Rng(0x5eed).For("surprise").For(_state.Count);
        Surprise surprise = _observer.Measure(_state, slice.Time, slice.Values, rng, ImaginedSlices);
        Take(slice);
        return surprise;
    }

    /// <summary>Takes in the next slice without measuring surprise, which costs several questions.</summary>
    /// <exception cref="InputException">The slice has another number of channels, or its time does not go forward.</exception>
    public void Advance(Slice slice)
    {
        Check(slice);
        Take(slice);
    }

    /// <summary>
    /// What is believed about each channel of the next slice, at the median step unless <paramref name="time"/> says otherwise; before
    /// the first slice at an unknown time of day and year.
    /// </summary>
    /// <remarks>Intervals are calibrated by what this session has observed so far.</remarks>
    /// <exception cref="InputException">The time does not go forward.</exception>
    public IReadOnlyList<Posterior> Next(double? time = null)
    {
        int channels = _engine.Schema.Channels.Count;
        var values = new double[channels];
        values.AsSpan().Fill(double.NaN);
        if (time is double given)
        {
            CheckTime(given);
        }

        CellPosterior?[] cells = _observer.Answer(_state, time ?? NextTime, values, new bool[channels]);
        return [.. cells.Select((cell, c) => cell!.Calibrated(_state.Levels, c))];
    }

    /// <summary>What is believed about the holes of a slice about to be observed, from the past and its own cells.</summary>
    /// <returns>The slice with holes filled by medians (likeliest categories), and the posterior of each hole (null elsewhere).</returns>
    /// <exception cref="InputException">The slice has another number of channels, or its time does not go forward.</exception>
    public (Slice Filled, IReadOnlyList<Posterior?> Posteriors) Fill(Slice slice)
    {
        Check(slice);
        bool[] clamped = [.. slice.Values.Select(value => !double.IsNaN(value))];
        CellPosterior?[] cells = _observer.Answer(_state, slice.Time, slice.Values, clamped);
        double[] filled = [.. slice.Values.Select((value, c) => cells[c] is { } cell ? cell.Best : value)];
        return (slice with { Values = filled }, cells);
    }

    /// <summary>A question about the next slice.</summary>
    /// <exception cref="InputException">No such channel, or a value that it cannot have.</exception>
    public Query Given(string channel, double value) => new Query(_engine, _state.Copy(), NextTime).Given(channel, value);

    /// <summary>A question about the next slice.</summary>
    /// <exception cref="InputException">No such channel, or no such category.</exception>
    public Query Given(string channel, string category) => new Query(_engine, _state.Copy(), NextTime).Given(channel, category);

    /// <summary>What is believed about a channel of the next slice.</summary>
    /// <exception cref="InputException">No such channel.</exception>
    public Posterior Infer(string channel) => new Query(_engine, _state.Copy(), NextTime).Infer(channel);

    /// <summary>Forecasts the slices to come by sampled paths.</summary>
    /// <remarks>
    /// The session remembers the forecast until it comes true, and the intervals of later ones follow where the truth lay, per channel and horizon; see
    /// <see cref="Coverage"/>. Forecasts that are made with a plan of the future are not remembered.
    /// </remarks>
    /// <exception cref="ArgumentOutOfRangeException">The horizon is not positive.</exception>
    /// <exception cref="InputException">An option is out of range, or a future slice does not fit the model.</exception>
    public Forecast Forecast(int horizon, ForecastOptions? options = null, CancellationToken cancellation = default)
    {
        options ??= new ForecastOptions();
        Forecast forecast = new PathSampler(_engine, _state.Forecasts.Levels).Forecast(_state, horizon, options, cancellation);
        if (options.Future is null && !_engine.Schema.IsTable)
        {
            _state.Forecasts.Remember(forecast);
        }

        return forecast;
    }

    /// <summary>Per channel, how many cells came to lie inside the 90 % intervals that this session had forecast for them.</summary>
    public IReadOnlyList<Coverage> Coverage => _state.Forecasts.Coverage;

    /// <summary>Answers a question about slices to come.</summary>
    /// <exception cref="InputException">A cell of the past (see the other overload), no such channel, a clamp outside a channel's support, an option out of range.</exception>
    /// <exception cref="ContradictionException">The clamps cannot hold together.</exception>
    public Answer Answer(Question question, AnswerOptions? options = null, CancellationToken cancellation = default) =>
        Answer([], question, options, cancellation);

    /// <summary>Answers a question about any cells of the slices <paramref name="since"/> and of those to come.</summary>
    /// <param name="since">What came after the slices that this session has seen: the last of them is at offset 0. Cells that are asked for count as not seen.</param>
    /// <param name="question">Known and asked cells; none before the first slice of <paramref name="since"/>.</param>
    /// <param name="options">How hard it is thought about.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">A cell before the slices given, no such channel, a clamp outside a channel's support, an option out of range.</exception>
    /// <exception cref="ContradictionException">The clamps cannot hold together.</exception>
    public Answer Answer(IReadOnlyList<Slice> since, Question question, AnswerOptions? options = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(since);
        ArgumentNullException.ThrowIfNull(question);
        Answer answer = new QuestionAnswerer(_engine, _model.Asleep).Answer(_state, since, question, options ?? new AnswerOptions(), cancellation);
        return question.Clamps.Count > 0 || since.Count > 0 || answer.Effort == 0 ? answer
            : answer with { Cells = [.. answer.Cells.Select((cell, i) => _state.Forecasts.Levels.Apply(cell, question.Asked[i].Offset, question.Asked[i].Channel))] };
    }

    /// <summary>Plans what to do in the slices to come, by rolling the model out along sequences of actions.</summary>
    /// <remarks>An action stands in the slice whose other cells it leads to: it is chosen when the slices before are known.</remarks>
    /// <exception cref="InputException">An option is out of range, no such channel, or a cost that reads other cells than those of a slice and the one before.</exception>
    public Plan Plan(PlanOptions options, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new SessionPlanner(_engine, _model.Calibration).Plan(_state, options, cancellation);
    }

    /// <summary>An independent copy.</summary>
    public Session Fork() => new(_model, _state.Copy());

    /// <summary>The state as bytes, for <see cref="WorldModel.Restore"/>.</summary>
    public byte[] Save() => SessionBytes.Write(_model, _state);

    private void Take(Slice slice)
    {
        _state.Forecasts.Take(slice.Time, slice.Values, _engine.Schema.Channels);
        _observer.Advance(_state, slice.Time, slice.Values);
    }

    private void Check(Slice slice)
    {
        ArgumentNullException.ThrowIfNull(slice);
        SchemaCheck.Values(_engine.Schema.Channels, slice.Values, "Slice");
        CheckTime(slice.Time);
    }

    private void CheckTime(double time)
    {
        if (!double.IsFinite(time))
        {
            throw new InputException("Found a slice whose time is no finite number, expected a stamp.");
        }

        if (time <= _state.Time && !_engine.Schema.IsTable)
        {
            throw new InputException(
                $"Found a slice at {_engine.Schema.Time.Format(time)}, expected one after {_engine.Schema.Time.Format(_state.Time)}, the last slice seen.");
        }
    }
}
