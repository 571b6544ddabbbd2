using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A cell's distribution where a linear form is known to lie between bounds: x = μ + λ·z + r·ε, z a truncated and ε a plain standard normal number.</summary>
/// <remarks>P(x ≤ y) = E[Φ((y - μ - λ·z)/r)] over z: a one-dimensional integral, taken piecewise around where Φ rises, right to about 1e-12.</remarks>
internal sealed class TruncatedGaussianPosterior : Posterior
{
    private const double Reach = 9;
    private const double Converged = 1e-13;
    private const int Bisections = 100;
    private readonly double _mean;
    private readonly double _loading;
    private readonly double _rest;
    private readonly TruncatedNormal _form;

    /// <param name="channel">Which channel.</param>
    /// <param name="mean">μ.</param>
    /// <param name="loading">λ, not zero.</param>
    /// <param name="rest">r, not negative.</param>
    /// <param name="form">z.</param>
    public TruncatedGaussianPosterior(Channel channel, double mean, double loading, double rest, TruncatedNormal form)
        : base(channel)
    {
        _mean = mean;
        _loading = loading;
        _rest = rest;
        _form = form;
        Mean = mean + (loading * form.Mean);
        StandardDeviation = Math.Sqrt((loading * loading * form.Variance) + (rest * rest));
    }

    public override double Mean { get; }

    public override double StandardDeviation { get; }

    public override IReadOnlyList<Outcome> Outcomes => GaussianPosterior.OutcomesOf(Channel, Mean);

    public override double Cdf(double x)
    {
        double z = (x - _mean) / _loading;
        if (_rest == 0)
        {
            return _loading > 0 ? _form.Cdf(z) : 1 - _form.Cdf(z);
        }

        return Math.Clamp(_form.Expect(at => Elementary.NormalCdf((x - _mean - (_loading * at)) / _rest), Breaks(x - _mean)), 0, 1);
    }

    public override double Quantile(double p)
    {
        if (_rest == 0)
        {
            return _mean + (_loading * _form.Quantile(_loading > 0 ? p : 1 - p));
        }

        // Tails are those of ε and of z, which is nearer to its mean than a plain normal number.
        double reach = (Math.Abs(_loading) + _rest) * Reach;
        double low = Mean - reach;
        double high = Mean + reach;
        for (int i = 0; i < Bisections && high - low > Converged * (_rest + Math.Abs(low)); i++)
        {
            double middle = 0.5 * (low + high);
            (low, high) = Cdf(middle) < p ? (middle, high) : (low, middle);
        }

        return 0.5 * (low + high);
    }

    public override double LogProbability(double value)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        double low = value - (Channel.Resolution / 2) - _mean;
        double high = value + (Channel.Resolution / 2) - _mean;
        if (_rest == 0)
        {
            double from = Math.Max(_form.Low, (_loading > 0 ? low : high) / _loading);
            double to = Math.Min(_form.High, (_loading > 0 ? high : low) / _loading);
            return from < to ? NormalInterval.LogMass(from, to) - _form.LogMass : double.NegativeInfinity;
        }

        return Elementary.Log(_form.Expect(
            z => Elementary.Exp(NormalInterval.LogMass((low - (_loading * z)) / _rest, (high - (_loading * z)) / _rest)), [.. Breaks(low).Concat(Breaks(high)).Order()]));
    }

    /// <summary>Where the integral over z is split: Φ((x - λ·z)/r) rises over a width of r/|λ|.</summary>
    private double[] Breaks(double x)
    {
        double z = x / _loading;
        double width = _rest / Math.Abs(_loading);
        return [z - (8 * width), z - (4 * width), z - (2 * width), z - width, z, z + width, z + (2 * width), z + (4 * width), z + (8 * width)];
    }
}
