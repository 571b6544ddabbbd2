using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A cell's distribution in closed form: probabilities of its outcomes, a mixture, or an atom at zero and a mixture above it.</summary>
internal sealed class CellPosterior : Posterior
{
    private readonly ChannelScale _scale;
    private readonly double[] _probabilities;
    private readonly Mixture? _mixture;

    /// <param name="channel">Which channel.</param>
    /// <param name="scale">Its encoding.</param>
    /// <param name="probabilities">Of the outcomes of its discrete variable; empty without one.</param>
    /// <param name="mixture">Of its real variable, in encoded units; null without one.</param>
    public CellPosterior(Channel channel, ChannelScale scale, double[] probabilities, Mixture? mixture)
        : base(channel)
    {
        _scale = scale;
        _probabilities = probabilities;
        _mixture = mixture;
    }

    /// <summary>Of the outcomes of its discrete variable; empty without one.</summary>
    public ReadOnlySpan<double> Probabilities => _probabilities;

    /// <summary>Of its real variable, in encoded units; null without one.</summary>
    public Mixture? Mixture => _mixture;

    /// <summary>P(0) of a positive channel with an atom; 0 otherwise.</summary>
    private double Atom => _mixture is not null && _probabilities.Length > 0 ? _probabilities[0] : 0;

    public override double Mean => _mixture is null
        ? Channel.Kind == ChannelKind.Binary ? _probabilities[1] : Likeliest
        : (1 - Atom) * _mixture.Expect(_scale.Decode);

    public override double StandardDeviation
    {
        get
        {
            if (_mixture is null)
            {
                return Channel.Kind == ChannelKind.Binary ? Math.Sqrt(_probabilities[0] * _probabilities[1]) : double.NaN;
            }

            double mean = Mean;
            double square = (1 - Atom) * _mixture.Expect(z =>
            {
                double deviation = _scale.Decode(z) - mean;
                return deviation * deviation;
            });
            return Math.Sqrt(square + (Atom * mean * mean));
        }
    }

    public override IReadOnlyList<Outcome> Outcomes =>
        _mixture is not null ? [] :
        [
            .. _probabilities
                .Select((probability, k) => new Outcome(Channel.Categories.Count > k ? Channel.Categories[k] : k.ToString(System.Globalization.CultureInfo.InvariantCulture), probability))
                .OrderByDescending(outcome => outcome.Probability),
        ];

    /// <summary>The first outcome at which the probabilities reach <paramref name="p"/>.</summary>
    private int OutcomeAt(double p)
    {
        double sum = 0;
        for (int k = 0; k < _probabilities.Length - 1; k++)
        {
            sum += _probabilities[k];
            if (sum >= p)
            {
                return k;
            }
        }

        return _probabilities.Length - 1;
    }

    private protected override double Likeliest => _probabilities.AsSpan().IndexOf(_probabilities.Max());

    public override double Quantile(double p)
    {
        if (_mixture is null)
        {
            return OutcomeAt(p);
        }

        return p <= Atom ? 0 : _scale.Decode(_mixture.Quantile((p - Atom) / (1 - Atom)));
    }

    public override double Cdf(double x)
    {
        if (_mixture is null)
        {
            double sum = 0;
            for (int k = 0; k < _probabilities.Length && k <= x; k++)
            {
                sum += _probabilities[k];
            }

            return sum;
        }

        bool positive = Channel.Kind == ChannelKind.Positive;
        if (positive && x <= 0)
        {
            return x < 0 ? 0 : Atom;
        }

        return Atom + ((1 - Atom) * _mixture.Cdf(_scale.Encode(x)));
    }

    public override double LogProbability(double value)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        double log = 0;
        if (_probabilities.Length > 0)
        {
            int outcome = _mixture is null ? (int)value : value > 0 ? 1 : 0;
            if (outcome >= _probabilities.Length || outcome < 0)
            {
                return double.NegativeInfinity;
            }

            log = Elementary.Log(_probabilities[outcome]);
            if (_mixture is null || outcome == 0)
            {
                return log;
            }
        }

        (double low, double high) = _scale.Edges(value);
        return log + _mixture!.LogMass(low, high);
    }

    /// <summary>This posterior with calibrated quantiles, where the channel has a scale.</summary>
    public Posterior Calibrated(CalibrationLevels levels, int channel) =>
        Channel.IsNumeric ? new CalibratedPosterior(this, p => levels.Level(channel, p)) : this;

    /// <summary>This posterior given that the cell is within bounds: of outcomes those that are possible, of numbers as equally likely quantiles.</summary>
    public Posterior Within(CellBounds bounds)
    {
        const int Quantiles = 1024;
        if (_mixture is null)
        {
            double[] kept = [.. _probabilities.Select((p, k) => bounds.Allows(k) ? Math.Max(p, double.Epsilon) : 0)];
            double sum = Reduction.Sum<double>(kept);
            return new CellPosterior(Channel, _scale, [.. kept.Select(p => p / sum)], null);
        }

        (double low, double high) = _scale.Edges(bounds.Low, bounds.High);
        double from = Atom > 0 && bounds.Low <= 0 ? 0 : Atom + ((1 - Atom) * _mixture.Cdf(low));
        double to = Atom + ((1 - Atom) * _mixture.Cdf(high));

        // So far off that no quantile is told apart: the nearest that it may be.
        return new SamplePosterior(Channel, to > from
            ? [.. Enumerable.Range(0, Quantiles).Select(i => Quantile(from + ((i + 0.5) / Quantiles * (to - from))))]
            : [Mean < bounds.Low ? bounds.Low : bounds.High]);
    }

    /// <summary>(1 - g)·this + g·another, variable by variable.</summary>
    /// <param name="discreteShare">g of the discrete variable.</param>
    /// <param name="probabilities">The other's probabilities; not read where g is 0.</param>
    /// <param name="realShare">g of the real variable.</param>
    /// <param name="mixture">The other's mixture; not read where g is 0.</param>
    public CellPosterior Blended(double discreteShare, ReadOnlySpan<double> probabilities, double realShare, Mixture? mixture)
    {
        double[] blended = [.. _probabilities];
        for (int k = 0; discreteShare > 0 && k < blended.Length; k++)
        {
            blended[k] += discreteShare * (probabilities[k] - blended[k]);
        }

        return new CellPosterior(Channel, _scale, blended, realShare > 0 ? _mixture!.Blended(realShare, mixture!) : _mixture);
    }

    /// <summary>A draw, in the channel's units.</summary>
    /// <param name="rng">Where from; keyed by the cell.</param>
    /// <param name="mirrored">Whether to use the opposite of the noise.</param>
    public double Sample(ref Rng rng, bool mirrored = false)
    {
        if (_probabilities.Length > 0)
        {
            double u = rng.Uniform();
            int outcome = OutcomeAt(mirrored ? 1 - u : u);
            if (_mixture is null || outcome == 0)
            {
                return outcome;
            }
        }

        return _scale.Decode(_mixture!.Sample(ref rng, mirrored));
    }

    /// <summary>A draw, rounded as it would have been recorded.</summary>
    public double SampleRecorded(ref Rng rng)
    {
        double value = Sample(ref rng);
        if (_mixture is null || value == 0)
        {
            return value;
        }

        // Above an atom at zero nothing is recorded as zero.
        double recorded = Channel.Round(value);
        return Atom > 0 && recorded <= 0 ? _scale.Resolution : recorded;
    }

    /// <summary>The randomised rank of a value, within its rounding interval or atom: uniform on [0, 1] for a calibrated model.</summary>
    public double Rank(double value, ref Rng rng)
    {
        if (_mixture is null)
        {
            double below = value > 0 ? Cdf(value - 1) : 0;
            return below + (rng.Uniform() * _probabilities[(int)value]);
        }

        if (Atom > 0 && value <= 0)
        {
            return rng.Uniform() * Atom;
        }

        (double low, double high) = _scale.Edges(value);
        double start = double.IsInfinity(low) ? 0 : _mixture.Cdf(low);
        return Atom + ((1 - Atom) * (start + (rng.Uniform() * (_mixture.Cdf(high) - start))));
    }
}
