using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One series under test: its stream, its last slices, its calibration, and the forecasts that wait for their outcome.</summary>
/// <remarks>Memory depends on horizon, stride and the rivals' look-back, not on the length of the series.</remarks>
internal sealed class TestedSeries
{
    private readonly WorldModel _model;
    private readonly RecentSlices _recent;
    private readonly Queue<TestedForecast> _waiting = [];
    private readonly int _horizon;
    private readonly int _look;

    /// <summary>A series of which nothing has been read.</summary>
    /// <param name="model">The model under test.</param>
    /// <param name="options">How it is tested.</param>
    /// <param name="length">Slices that will come.</param>
    /// <param name="statics">One value per static column.</param>
    public TestedSeries(WorldModel model, EvaluateOptions options, long length, IReadOnlyList<double> statics)
    {
        int channels = model.Schema.Channels.Count;
        _model = model;
        Length = length;
        _horizon = model.Schema.IsTable ? 0 : options.Horizon;
        _look = Math.Max(model.References.Look, 1);
        _recent = new RecentSlices(Math.Max(_look, _horizon), channels);
        State = new StreamState(model.Engine, statics);
        HorizonCalibration levels = model.Calibration.Copy();
        Calibration = new OutcomeCalibration(
            levels.Horizons < options.Horizon ? levels.Extended(options.Horizon, channels) : levels, new Rng(options.Seed).For("ranks"));
    }

    /// <summary>The stream.</summary>
    public StreamState State { get; }

    /// <summary>Slices of the test taken in.</summary>
    public long Seen { get; private set; }

    /// <summary>Slices of the test that there are.</summary>
    public long Length { get; }

    /// <summary>The model's calibration, following this series.</summary>
    public OutcomeCalibration Calibration { get; }

    /// <summary>Refuses a slice that does not fit the model, or does not lie after those before.</summary>
    public void Check(Slice slice)
    {
        SchemaCheck.Values(_model.Schema.Channels, slice.Values, "Slice");
        if (State.Count == 0 || slice.Time > State.Time || _model.Schema.IsTable)
        {
            return;
        }

        TimeAxis axis = _model.Schema.Time;
        throw new InputException(Seen == 0
            ? $"Option after: found history up to {axis.Format(State.Time)}, expected it to end before {axis.Format(slice.Time)}, where the test begins."
            : $"Found a slice at {axis.Format(slice.Time)}, expected one after {axis.Format(State.Time)}, the last slice seen.");
    }

    /// <summary>Begins a forecast of the slices to come.</summary>
    /// <returns>False where there is no past or, in a table, no future.</returns>
    public bool BeginForecast()
    {
        if (_horizon == 0 || State.Count == 0)
        {
            return false;
        }

        _waiting.Enqueue(new TestedForecast(this, Seen, (int)Math.Min(_horizon, Length - Seen), State.Copy(), _recent.Carried(_look)));
        return true;
    }

    /// <summary>Takes in a slice of the history.</summary>
    public void TakeHistory(SliceObserver observer, Slice slice)
    {
        observer.Advance(State, slice.Time, slice.Values);
        _recent.Add(slice.Time, slice.Values);
    }

    /// <summary>Takes in a slice of the test, and hands over the forecasts whose outcome is complete with it, the earliest first.</summary>
    public void Take(SliceObserver observer, Slice slice, List<TestedForecast> complete)
    {
        TakeHistory(observer, slice);
        Seen++;
        while (_waiting.TryPeek(out TestedForecast? forecast) && forecast.Due == Seen)
        {
            forecast.Times = _recent.Times(forecast.Horizon);
            forecast.Truth = _recent.Values(forecast.Horizon);
            complete.Add(_waiting.Dequeue());
        }
    }
}
