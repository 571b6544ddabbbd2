using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Calibration levels of forecasts, per channel and horizon, found by rolling out over the validation part.</summary>
internal sealed class HorizonCalibration
{
    private readonly CalibrationLevels[] _levels;

    public HorizonCalibration(int horizons, int channels) => _levels = [.. Enumerable.Range(0, horizons).Select(_ => new CalibrationLevels(channels))];

    private HorizonCalibration(CalibrationLevels[] levels) => _levels = levels;

    /// <summary>Horizons that have levels of their own; longer ones use the last.</summary>
    public int Horizons => _levels.Length;

    /// <summary>All levels, for saving, [horizons, 2 · channels].</summary>
    public double[] Values
    {
        get => [.. _levels.SelectMany(levels => levels.Values)];
        set
        {
            int width = _levels.Length == 0 ? 0 : value.Length / _levels.Length;
            for (int h = 0; h < _levels.Length; h++)
            {
                _levels[h].Values = value[(h * width)..((h + 1) * width)];
            }
        }
    }

    /// <summary>A copy with levels for more horizons, which begin as the last one's.</summary>
    public HorizonCalibration Extended(int horizons, int channels) => new(
    [
        .. _levels.Select(levels => levels.Copy()),
        .. Enumerable.Range(_levels.Length, horizons - _levels.Length).Select(_ => _levels.Length > 0 ? _levels[^1].Copy() : new CalibrationLevels(channels)),
    ]);

    /// <summary>The level to ask for where <paramref name="p"/> is wanted.</summary>
    public double LevelOf(int horizon, int channel, double p) =>
        _levels.Length == 0 ? p : _levels[Math.Min(horizon, _levels.Length) - 1].Level(channel, p);

    public HorizonCalibration Copy() => new([.. _levels.Select(levels => levels.Copy())]);

    /// <summary>The posterior with calibrated quantiles, where the channel has a scale and the horizon levels.</summary>
    public Posterior Apply(Posterior posterior, int horizon, int channel)
    {
        if (!posterior.Channel.IsNumeric || _levels.Length == 0)
        {
            return posterior;
        }

        return new CalibratedPosterior(posterior, p => LevelOf(horizon, channel, p));
    }

    /// <summary>Takes in whether an observed value lay outside the interval that was forecast at these levels.</summary>
    public void Update(int horizon, int channel, bool below, bool above, double gain)
    {
        if (horizon <= _levels.Length)
        {
            _levels[horizon - 1].Update(channel, below, above, gain);
        }
    }

    /// <summary>Takes in where an observed value lay among the paths.</summary>
    public void Update(int horizon, int channel, double rank, double gain)
    {
        if (horizon <= _levels.Length)
        {
            _levels[horizon - 1].Update(channel, rank, gain);
        }
    }

    /// <summary>The randomised rank of a value among sorted samples.</summary>
    public static double Rank(ReadOnlySpan<double> sorted, double value, ref Rng rng)
    {
        int below = 0;
        int equal = 0;
        foreach (double sample in sorted)
        {
            below += sample < value ? 1 : 0;
            equal += sample == value ? 1 : 0;
        }

        return (below + (rng.Uniform() * (equal + 1))) / (sorted.Length + 1);
    }
}
