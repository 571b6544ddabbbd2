using System.Globalization;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A cell's distribution as equally weighted samples.</summary>
internal sealed class SamplePosterior : Posterior
{
    private readonly double[] _sorted;

    /// <param name="channel">Which channel.</param>
    /// <param name="samples">At least one draw; sorted in place.</param>
    public SamplePosterior(Channel channel, double[] samples)
        : base(channel)
    {
        Array.Sort(samples);
        _sorted = samples;
    }

    /// <summary>The draws, ascending.</summary>
    public IReadOnlyList<double> Sorted => _sorted;

    public override double Mean => Channel.Kind == ChannelKind.Categorical
        ? Counts().AsSpan().IndexOf(Counts().Max())
        : Reduction.Sum<double>(_sorted) / _sorted.Length;

    public override double StandardDeviation
    {
        get
        {
            if (Channel.Kind == ChannelKind.Categorical)
            {
                return double.NaN;
            }

            double mean = Mean;
            double sum = 0;
            foreach (double value in _sorted)
            {
                sum += (value - mean) * (value - mean);
            }

            return Math.Sqrt(sum / Math.Max(1, _sorted.Length - 1));
        }
    }

    public override IReadOnlyList<Outcome> Outcomes => Channel.IsNumeric ? [] :
    [
        .. Counts()
            .Select((count, k) => new Outcome(
                Channel.Categories.Count > k ? Channel.Categories[k] : k.ToString(CultureInfo.InvariantCulture), (double)count / _sorted.Length))
            .OrderByDescending(outcome => outcome.Probability),
    ];

    public override double Quantile(double p)
    {
        if (!Channel.IsNumeric)
        {
            return _sorted[Math.Clamp((int)Math.Ceiling(p * _sorted.Length) - 1, 0, _sorted.Length - 1)];
        }

        double position = p * (_sorted.Length - 1);
        int below = Math.Min((int)position, _sorted.Length - 1);
        int above = Math.Min(below + 1, _sorted.Length - 1);
        return _sorted[below] + ((position - below) * (_sorted[above] - _sorted[below]));
    }

    public override double Cdf(double x) => (double)CountUpTo(x) / _sorted.Length;

    /// <summary>Mass of the rounding interval, with one pseudo-sample's worth spread over the range, so that it is never zero.</summary>
    public override double LogProbability(double value)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        double half = Channel.IsNumeric ? Channel.Resolution / 2 : 0.25;
        int inside = CountUpTo(value + half) - CountUpTo(value - half);
        double range = Math.Max(_sorted[^1] - _sorted[0], 2 * half);
        double prior = Channel.IsNumeric ? Math.Min(1, 2 * half / range) : 1.0 / Classes;
        return Elementary.Log((inside + prior) / (_sorted.Length + 1));
    }

    private int CountUpTo(double x)
    {
        int low = 0;
        int high = _sorted.Length;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = _sorted[middle] <= x ? (middle + 1, high) : (low, middle);
        }

        return low;
    }

    private int Classes => Channel.Kind == ChannelKind.Binary ? 2 : Math.Max(1, Channel.Categories.Count);

    private int[] Counts()
    {
        var counts = new int[Classes];
        foreach (double value in _sorted)
        {
            counts[(int)value]++;
        }

        return counts;
    }
}
