using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Calibration levels that follow the outcomes of one series' forecasts: one counts when its last slice has passed.</summary>
internal sealed class OutcomeCalibration(HorizonCalibration levels, Rng ranks)
{
    private const double Gain = 0.05;

    private readonly Queue<(long Due, int Horizon, int Channel, double Rank)> _outcomes = [];

    /// <summary>Takes in what was known before slice <paramref name="index"/>.</summary>
    public void AdvanceTo(long index)
    {
        while (_outcomes.TryPeek(out var next) && next.Due <= index)
        {
            _outcomes.Dequeue();
            levels.Update(next.Horizon, next.Channel, next.Rank, Gain);
        }
    }

    /// <summary>Ranks an outcome among its sorted samples, to be taken in when it is due.</summary>
    /// <param name="due">Slices of the series when the forecast is over; never less than that of an outcome before.</param>
    /// <param name="horizon">Slices ahead, from 1.</param>
    /// <param name="channel">Which channel.</param>
    /// <param name="samples">Sorted.</param>
    /// <param name="truth">The outcome.</param>
    public double Rank(long due, int horizon, int channel, ReadOnlySpan<double> samples, double truth)
    {
        double rank = HorizonCalibration.Rank(samples, truth, ref ranks);
        _outcomes.Enqueue((due, horizon, channel, rank));
        return rank;
    }

    /// <summary>Whether a rank lies in the central interval that is asked for as one of <paramref name="probability"/>.</summary>
    public bool Covers(double probability, int horizon, int channel, double rank) =>
        rank >= levels.LevelOf(horizon, channel, (1 - probability) / 2) && rank <= levels.LevelOf(horizon, channel, (1 + probability) / 2);
}
