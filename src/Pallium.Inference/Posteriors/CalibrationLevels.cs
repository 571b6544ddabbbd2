using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Streaming calibration: the probability levels between which 90 % of what happens has been found to lie.</summary>
/// <remarks>
/// Per channel the lower and upper levels follow the ranks u of the observed values: logit lo += g (0.05 - 1[u &lt; lo]),
/// logit hi += g (1[u &gt; hi] - 0.05). A quantile at p is then asked for at the level that p has moved to, linear in logits between
/// the two. Source: online quantile tracking as in Gibbs and Candès, NeurIPS 2021.
/// </remarks>
internal sealed class CalibrationLevels
{
    private const double Tail = 0.05;
    private const double Bound = 8;

    // log(0.95/0.05)
    private const double Edge = 2.9444389791664403;
    private readonly double[] _low;
    private readonly double[] _high;

    public CalibrationLevels(int channels)
    {
        _low = new double[channels];
        _high = new double[channels];
        _low.AsSpan().Fill(-Edge);
        _high.AsSpan().Fill(Edge);
    }

    private CalibrationLevels(double[] low, double[] high)
    {
        _low = low;
        _high = high;
    }

    /// <summary>Logits of the levels, lower then upper ones, for saving.</summary>
    public double[] Values
    {
        get => [.. _low, .. _high];
        set
        {
            value.AsSpan(0, _low.Length).CopyTo(_low);
            value.AsSpan(_low.Length).CopyTo(_high);
        }
    }

    public CalibrationLevels Copy() => new([.. _low], [.. _high]);

    /// <summary>Takes in where an observed value lay.</summary>
    /// <param name="channel">Its channel.</param>
    /// <param name="rank">Its (randomised) distribution function, in [0, 1].</param>
    /// <param name="gain">How fast levels follow, 0.02 to 0.1.</param>
    public void Update(int channel, double rank, double gain)
    {
        Update(channel, rank < Elementary.Sigmoid(_low[channel]), rank > Elementary.Sigmoid(_high[channel]), gain);
    }

    /// <summary>Takes in whether an observed value lay outside.</summary>
    /// <param name="channel">Its channel.</param>
    /// <param name="below">Below the lower end.</param>
    /// <param name="above">Above the upper end.</param>
    /// <param name="gain">How fast levels follow.</param>
    public void Update(int channel, bool below, bool above, double gain)
    {
        _low[channel] = Math.Clamp(_low[channel] + (gain * (Tail - (below ? 1 : 0))), -Bound, -0.1);
        _high[channel] = Math.Clamp(_high[channel] + (gain * ((above ? 1 : 0) - Tail)), 0.1, Bound);
    }

    /// <summary>The level to ask the model for where <paramref name="p"/> is wanted.</summary>
    public double Level(int channel, double p)
    {
        double logit = Elementary.Log(p / (1 - p));
        double moved = logit < 0 ? logit * _low[channel] / -Edge : logit * _high[channel] / Edge;
        return Elementary.Sigmoid(moved);
    }
}
