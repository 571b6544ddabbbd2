using System.Globalization;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A cell's distribution as samples.</summary>
/// <remarks>
/// Sample i of n, in order, stands at the quantile (m_i - m_1)/(m_n - m_1), m_i the weight of those before it and half its own: for equal weights that
/// is (i - 1)/(n - 1), type 7.
/// </remarks>
internal sealed class SamplePosterior : Posterior
{
    private const double Rounding = 1e-12;
    private readonly double[] _sorted;
    private readonly double[] _weights;
    private readonly double[] _upTo;

    /// <param name="channel">Which channel.</param>
    /// <param name="samples">At least one draw; sorted in place.</param>
    /// <param name="weights">Their weights, adding up to 1; empty: equal.</param>
    public SamplePosterior(Channel channel, double[] samples, ReadOnlySpan<double> weights = default)
        : base(channel)
    {
        _weights = new double[samples.Length];
        _weights.AsSpan().Fill(1.0 / samples.Length);
        weights.CopyTo(_weights);
        Array.Sort(samples, _weights);
        _sorted = samples;
        _upTo = new double[samples.Length + 1];
        for (int i = 0; i < samples.Length; i++)
        {
            _upTo[i + 1] = _upTo[i] + _weights[i];
        }
    }

    /// <summary>The draws, ascending.</summary>
    public IReadOnlyList<double> Sorted => _sorted;

    public override double Mean => Channel.Kind == ChannelKind.Categorical
        ? Likeliest
        : Reduction.Dot<double>(_sorted, _weights) / _upTo[^1];

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
            for (int i = 0; i < _sorted.Length; i++)
            {
                sum += _weights[i] * (_sorted[i] - mean) * (_sorted[i] - mean);
            }

            // One degree of freedom went into the mean: of n equal weights 1 - 1/n of the spread is seen.
            double seen = 1 - Reduction.SumOfSquares<double>(_weights);
            return seen > 0 ? Math.Sqrt(sum / seen) : 0;
        }
    }

    public override IReadOnlyList<Outcome> Outcomes => Channel.IsNumeric ? [] :
    [
        .. Counts()
            .Select((count, k) => new Outcome(
                Channel.Categories.Count > k ? Channel.Categories[k] : k.ToString(CultureInfo.InvariantCulture), count))
            .OrderByDescending(outcome => outcome.Probability),
    ];

    public override double Quantile(double p)
    {
        if (!Channel.IsNumeric)
        {
            return _sorted[Math.Min(FirstReaching(p * (1 - Rounding)), _sorted.Length - 1)];
        }

        int last = _sorted.Length - 1;
        double target = Middle(0) + (p * (Middle(last) - Middle(0)));
        int above = Math.Min(FirstReaching(target), last);
        above = Middle(above) < target ? Math.Min(above + 1, last) : above;
        int below = Math.Max(0, above - 1);
        double between = Middle(above) - Middle(below);
        return between > 0 ? _sorted[below] + ((target - Middle(below)) / between * (_sorted[above] - _sorted[below])) : _sorted[above];
    }

    /// <summary>The quantile, and beyond what so few samples can tell a normal tail of their deviation.</summary>
    public double QuantileBeyond(double p)
    {
        double edge = Reduction.SumOfSquares<double>(_weights);
        if (!Channel.IsNumeric || (p >= edge && p <= 1 - edge) || edge >= 0.5)
        {
            return Quantile(p);
        }

        double nearest = p < edge ? edge : 1 - edge;
        double value = Quantile(nearest) + (StandardDeviation * (Elementary.NormalQuantile(p) - Elementary.NormalQuantile(nearest)));
        return Channel.Kind == ChannelKind.Positive ? Math.Max(0, value) : value;
    }

    public override double Cdf(double x) => Math.Min(1, _upTo[CountUpTo(x)]);

    /// <summary>
    /// Mass of the rounding interval: of an outcome, or zero where it is one, its share; else by normal kernels around the samples. One
    /// pseudo-sample's worth is spread as widely as a Cauchy distribution, so that nothing is held to be all but impossible.
    /// </summary>
    /// <remarks>Bandwidth: 0.9 min(deviation, interquartile range/1.34) n^(-1/5). Source: Silverman, Density Estimation, 1986, eq. 3.31.</remarks>
    public override double LogProbability(double value)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        double n = 1 / Reduction.SumOfSquares<double>(_weights);
        if (!Channel.IsNumeric)
        {
            double inside = _upTo[CountUpTo(value + 0.25)] - _upTo[CountUpTo(value - 0.25)];
            return Elementary.Log(((n * inside) + (1.0 / Classes)) / (n + 1));
        }

        double half = Channel.Resolution / 2;
        double atom = Channel.Kind == ChannelKind.Positive ? _upTo[CountUpTo(0)] : 0;
        double spread = Math.Max(StandardDeviation, half);
        double far = (value - Mean) / spread;
        double wide = Math.Min(1, 2 * half / (Math.PI * spread * (1 + (far * far))));
        double mass = atom > 0 && value <= 0 ? atom : KernelMass(value - half, value + half, Bandwidth(n, spread));
        return Elementary.Log(((n * mass) + wide) / (n + 1));
    }

    private double Bandwidth(double n, double spread)
    {
        double quartiles = (Quantile(0.75) - Quantile(0.25)) / 1.34;
        double width = quartiles > 0 ? Math.Min(spread, quartiles) : spread;
        return Math.Max(0.9 * width * Elementary.Pow(n, -0.2), 0.3 * Channel.Resolution);
    }

    private double KernelMass(double low, double high, double bandwidth)
    {
        // Beyond nine bandwidths nothing is left.
        int from = CountUpTo(low - (9 * bandwidth));
        int to = CountUpTo(high + (9 * bandwidth));
        double sum = 0;
        for (int i = from; i < to; i++)
        {
            if (_sorted[i] > 0 || Channel.Kind != ChannelKind.Positive)
            {
                sum += _weights[i] * (Elementary.NormalCdf((high - _sorted[i]) / bandwidth) - Elementary.NormalCdf((low - _sorted[i]) / bandwidth));
            }
        }

        return sum;
    }

    /// <summary>Quantile of sample <paramref name="i"/>, before it is stretched to 0 .. 1.</summary>
    private double Middle(int i) => _upTo[i] + (_weights[i] / 2);

    /// <summary>The first sample up to which the weights reach <paramref name="sum"/>.</summary>
    private int FirstReaching(double sum)
    {
        int found = Array.BinarySearch(_upTo, 1, _sorted.Length, sum);
        return found >= 0 ? found - 1 : ~found - 1;
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

    private protected override double Likeliest => Counts().AsSpan().IndexOf(Counts().Max());

    private double[] Counts()
    {
        var counts = new double[Classes];
        for (int i = 0; i < _sorted.Length; i++)
        {
            counts[(int)_sorted[i]] += _weights[i];
        }

        return counts;
    }
}
