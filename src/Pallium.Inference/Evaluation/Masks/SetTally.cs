using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Running scores of one who answers a clamp set.</summary>
internal sealed class SetTally(SetCells cells)
{
    // The central 90 % of a normal distribution.
    private const double Reach = 1.6448536269514722;
    private const double LeastProbability = 1e-3;
    private double _error;
    private double _log;
    private long _cells;
    private long _numeric;
    private long _inside;

    /// <summary>The scores so far.</summary>
    public MaskScores Scores() => new(
        _cells == 0 ? double.NaN : Math.Sqrt(_error / _cells), _cells == 0 ? double.NaN : -_log / _cells, _numeric == 0 ? double.NaN : (double)_inside / _numeric, _numeric);

    /// <summary>Takes in the model's answer about a cell.</summary>
    /// <param name="channel">Which channel.</param>
    /// <param name="cell">The answer.</param>
    /// <param name="value">What the cell holds.</param>
    /// <param name="inside">Whether it lies in the 90 % interval.</param>
    public void Add(int channel, CellPosterior cell, double value, bool inside)
    {
        double error = 0;
        if (cell.Channel.IsNumeric)
        {
            error = (cell.Mean - value) * (cell.Mean - value);
            Count(inside);
        }
        else
        {
            foreach (int i in cells.Of(channel))
            {
                double probability = Elementary.Exp(cell.LogProbability(cell.Channel.Kind == ChannelKind.Binary ? 1 : i - cells.Of(channel).First()));
                double miss = probability - cells.Raw(channel, i, value);
                error += miss * miss;
            }
        }

        Add(channel, error, cell.LogProbability(value));
    }

    /// <summary>Takes in a baseline's answer about a cell.</summary>
    /// <param name="channel">Which channel.</param>
    /// <param name="beliefs">The baseline's.</param>
    /// <param name="slice">Which of its slices.</param>
    /// <param name="value">What the cell holds.</param>
    public void Add(int channel, SetBeliefs beliefs, int slice, double value)
    {
        ReadOnlySpan<double> means = beliefs.Means.AsSpan(slice * cells.Width, cells.Width);
        Channel about = cells.Channels[channel];
        if (about.IsNumeric)
        {
            int i = cells.Of(channel).First();
            double mean = cells.Decode(i, means[i]);
            mean = about.Kind == ChannelKind.Positive ? Math.Max(0, mean) : mean;
            double half = about.Resolution / 2;
            double scale = Math.Max(cells.Deviation(i) * Math.Sqrt(beliefs.Variances[i]), half);
            double low = about.Kind == ChannelKind.Positive && value <= half ? double.NegativeInfinity : (value - half - mean) / scale;
            Count(Math.Abs(value - mean) <= Reach * scale);
            Add(channel, (value - mean) * (value - mean), NormalInterval.LogMass(low, (value + half - mean) / scale));
            return;
        }

        double sum = 0;
        double error = 0;
        double own = 0;
        foreach (int i in cells.Of(channel))
        {
            sum += Probability(i, means[i]);
        }

        foreach (int i in cells.Of(channel))
        {
            double probability = about.Kind == ChannelKind.Binary ? Probability(i, means[i]) : Probability(i, means[i]) / sum;
            double raw = cells.Raw(channel, i, value);
            error += (probability - raw) * (probability - raw);
            own += about.Kind == ChannelKind.Binary && raw == 0 ? 1 - probability : raw * probability;
        }

        Add(channel, error, Elementary.Log(own));
    }

    private double Probability(int coordinate, double mean) => Math.Clamp(cells.Decode(coordinate, mean), LeastProbability, 1 - LeastProbability);

    private void Add(int channel, double squaredError, double logProbability)
    {
        _error += squaredError / cells.Variance(channel);
        _log += logProbability;
        _cells++;
    }

    private void Count(bool inside)
    {
        _numeric++;
        _inside += inside ? 1 : 0;
    }
}
