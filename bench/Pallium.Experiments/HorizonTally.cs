namespace Pallium.Experiments;

/// <summary>Errors over all steps up to a horizon, of the windows that reach it.</summary>
internal sealed class HorizonTally(int horizon, int channels)
{
    private double _square;
    private double _absolute;
    private double _repeatedSquare;
    private double _repeatedAbsolute;
    private long _cells;
    private double _crps;
    private long _inside;
    private long _sampled;

    /// <summary>Takes in a point forecast of one cell.</summary>
    /// <param name="step">From 0.</param>
    /// <param name="steps">Length of the window's forecast.</param>
    /// <param name="error">In deviations of the training rows.</param>
    /// <param name="repeated">The error of repeating the last value.</param>
    public void AddPoint(int step, int steps, double error, double repeated)
    {
        if (step < horizon && steps >= horizon)
        {
            _square += error * error;
            _absolute += Math.Abs(error);
            _repeatedSquare += repeated * repeated;
            _repeatedAbsolute += Math.Abs(repeated);
            _cells++;
        }
    }

    /// <summary>Takes in the samples of one cell.</summary>
    public void AddSample(int step, int steps, double crps, bool isInside)
    {
        if (step < horizon && steps >= horizon)
        {
            _crps += crps;
            _inside += isInside ? 1 : 0;
            _sampled++;
        }
    }

    /// <summary>Adds its figures, named <c>mse_96</c> and so on.</summary>
    public void WriteTo(Dictionary<string, double> figures)
    {
        figures[$"mse_{horizon}"] = _square / _cells;
        figures[$"mae_{horizon}"] = _absolute / _cells;
        figures[$"windows_{horizon}"] = _cells / ((long)horizon * channels);
        figures[$"repeat_mse_{horizon}"] = _repeatedSquare / _cells;
        figures[$"repeat_mae_{horizon}"] = _repeatedAbsolute / _cells;
        figures[$"crps_{horizon}"] = _crps / _sampled;
        figures[$"cover_{horizon}"] = (double)_inside / _sampled;
        figures[$"sampled_windows_{horizon}"] = _sampled / ((long)horizon * channels);
    }

    public override string ToString() => FormattableString.Invariant($"{horizon}: {_square / _cells:F4}/{_absolute / _cells:F4}");
}
