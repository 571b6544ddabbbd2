using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The invertible map of one channel from its own unit to z, of mean 0 and deviation 1 over the training part.</summary>
/// <remarks>
/// Real: z = (x - mean)/deviation. Positive: z = (g(x) - mean)/deviation with g(x) = s·log(exp(x/s) - 1), the inverse of a
/// softplus: a logarithm for x ≪ s, x itself for x ≫ s, so that tails stay linear and means exist. Binary and categorical:
/// z = x. Plain numbers all: a model saves and restores them.
/// </remarks>
public sealed record ChannelScale(ChannelKind Kind)
{
    /// <summary>Where values count no further out, as a share of the distance at which they are faults.</summary>
    private const double ReachShare = 0.1;

    /// <summary>Mean of x (real) or of g(x) (positive), over the positive values alone where there is an atom.</summary>
    public double Mean { get; init; }

    /// <summary>Standard deviation of the same, positive.</summary>
    public double Deviation { get; init; } = 1;

    /// <summary>s, in the channel's unit: where a positive channel turns from logarithmic to linear.</summary>
    public double Softness { get; init; } = 1;

    /// <summary>Whether zero has a probability of its own, so that z describes the positive values alone.</summary>
    public bool HasAtom { get; init; }

    /// <summary>Share of zeros in the training part, in [0, 1); 0 without an atom.</summary>
    public double AtomShare { get; init; }

    /// <summary>δ, the step of recorded values, in the channel's unit.</summary>
    public double Resolution { get; init; } = 1;

    /// <summary>The smallest value of the training part.</summary>
    public double Low { get; init; }

    /// <summary>The largest value of the training part.</summary>
    public double High { get; init; }

    /// <summary>How far from 0 a z counts, where the training part has values so far out that they must be faults; 0: any z does.</summary>
    public double Reach { get; init; }

    /// <summary>A z as models read it: no further out than <see cref="Reach"/>, so that one fault in thousands of values does not decide what is learned.</summary>
    public double Bound(double z) => Reach > 0 ? Math.Clamp(z, -Reach, Reach) : z;

    /// <summary>
    /// z of a value; NaN of NaN. A positive channel's values below δ/4 are taken as δ/4, the middle of what is recorded as zero, so
    /// that z is finite.
    /// </summary>
    public double Encode(double x) => Kind switch
    {
        ChannelKind.Real => (x - Mean) / Deviation,
        ChannelKind.Positive => (Unbend(Math.Max(x, Resolution / 4)) - Mean) / Deviation,
        _ => x,
    };

    /// <summary>The value of a z.</summary>
    public double Decode(double z) => Kind switch
    {
        ChannelKind.Real => Mean + (Deviation * z),
        ChannelKind.Positive => Softness * Elementary.Softplus((Mean + (Deviation * z)) / Softness),
        _ => z,
    };

    /// <summary>
    /// z of the ends of the interval that is recorded as <paramref name="x"/>, [x - δ/2, x + δ/2]: the mass between them is the
    /// likelihood of the cell. Where it reaches zero, the lower end of a positive channel is -∞; above an atom, where nothing is
    /// recorded as zero, it is -∞ for the least value, so that the masses of all values add up to one.
    /// </summary>
    public (double Low, double High) Edges(double x) => Edges(x, x);

    /// <summary>The same of all that is recorded as a number from <paramref name="least"/> to <paramref name="most"/>, which may be infinite.</summary>
    public (double Low, double High) Edges(double least, double most)
    {
        double half = Resolution / 2;
        return Kind switch
        {
            ChannelKind.Positive => (
                least <= (HasAtom ? 3 * half : half) ? double.NegativeInfinity : (Unbend(least - half) - Mean) / Deviation,
                double.IsPositiveInfinity(most) ? most : (Unbend(Math.Max(most, 0) + half) - Mean) / Deviation),
            ChannelKind.Real => ((least - half - Mean) / Deviation, (most + half - Mean) / Deviation),
            _ => (least, most),
        };
    }

    /// <summary>Fits the map of a channel to its values; NaN is passed over, at least one is a number.</summary>
    /// <param name="channel">Whose map it is.</param>
    /// <param name="values">The training part.</param>
    /// <param name="others">Other columns of the same rows, numbers or yes/no, whose relation to a positive channel its bend should keep straight.</param>
    internal static ChannelScale Fit(Channel channel, IReadOnlyList<double> values, params IReadOnlyList<IReadOnlyList<double>> others)
    {
        double[] seen = [.. values.Where(x => !double.IsNaN(x))];
        var scale = new ChannelScale(channel.Kind) { Resolution = channel.Resolution, Low = seen.Min(), High = seen.Max() };
        if (!channel.IsNumeric)
        {
            return scale;
        }

        (double middle, double reach) = SoundRange(channel.Kind == ChannelKind.Positive ? [.. seen.Where(x => x > 0)] : seen);
        bool IsSound(double x) => Math.Abs(x - middle) <= reach || (channel.Kind == ChannelKind.Positive && x <= 0);
        bool faults = !Array.TrueForAll(seen, IsSound);
        if (faults)
        {
            seen = [.. seen.Where(IsSound)];
            values = [.. values.Select(x => IsSound(x) ? x : double.NaN)];
        }

        if (channel.Kind == ChannelKind.Positive)
        {
            const double LeastAtom = 0.01;
            double[] positive = [.. seen.Where(x => x > 0).Order()];
            scale = scale with
            {
                Softness = positive.Length == 0 ? channel.Resolution : BestSoftness(positive, values, others),
                HasAtom = seen.Length - positive.Length >= LeastAtom * seen.Length,
                AtomShare = positive.Length > 0 && seen.Length - positive.Length >= LeastAtom * seen.Length ? 1 - ((double)positive.Length / seen.Length) : 0,
            };
            seen = scale.HasAtom && positive.Length > 0 ? positive : seen;
            seen = [.. seen.Select(x => scale.Unbend(Math.Max(x, channel.Resolution / 4)))];
        }

        // Sums with a selector run in order; the library may reorder a plain one.
        double mean = seen.Sum(x => x) / seen.Length;
        double deviation = Math.Sqrt(seen.Sum(x => (x - mean) * (x - mean)) / seen.Length);

        // A channel that hardly moves in the training part must not blow up what comes after it.
        double least = deviation > 0 ? channel.Resolution / 2 : Math.Max(channel.Resolution, Math.Abs(mean) / 100);
        scale = scale with { Mean = mean, Deviation = Math.Max(deviation, least) };
        return faults ? scale with { Reach = scale.Encode(middle + (ReachShare * reach)) } : scale;
    }

    /// <summary>
    /// The median, and how far from it values are no faults (a sensor's error code, a slipped decimal point): thirty times the distance that 999 of 1,000 keep;
    /// without end where there are too few values to tell.
    /// </summary>
    private static (double Median, double Reach) SoundRange(double[] values)
    {
        const double Common = 0.999;
        const double Far = 30;
        const int Enough = 1000;
        if (values.Length < Enough)
        {
            return (0, double.PositiveInfinity);
        }

        double median = values.Order().ElementAt(values.Length / 2);
        double common = values.Select(x => Math.Abs(x - median)).Order().ElementAt((int)(Common * (values.Length - 1)));
        return (median, common > 0 ? Far * common : double.PositiveInfinity);
    }

    /// <summary>
    /// The s, among quantiles of the positive values, of the greatest likelihood (Jacobian included) of g(x) and of each other column
    /// given whether x is positive and g(x), all taken as normal. The channel's own likelihood alone would bend light by day, which is
    /// spread over decades, until people at home are no longer told from a clear sky.
    /// </summary>
    private static double BestSoftness(double[] sorted, IReadOnlyList<double> values, IReadOnlyList<IReadOnlyList<double>> others)
    {
        double best = sorted[sorted.Length / 2];
        double greatest = double.NegativeInfinity;
        foreach (double quantile in new[] { 0.9, 0.5, 0.25, 0.1, 0.03, 0.01 })
        {
            double softness = sorted[(int)(quantile * (sorted.Length - 1))];
            double likelihood = LogLikelihood(sorted, softness);
            foreach (IReadOnlyList<double> other in others)
            {
                likelihood += LogLikelihoodGiven(values, softness, other);
            }

            if (likelihood > greatest)
            {
                (best, greatest) = (softness, likelihood);
            }
        }

        return best;
    }

    private static double LogLikelihood(double[] positive, double softness)
    {
        double sum = 0;
        double square = 0;
        double logJacobian = 0;
        foreach (double x in positive)
        {
            double g = Unbend(x, softness);
            sum += g;
            square += g * g;
            logJacobian -= Elementary.Log(-Elementary.Expm1(-x / softness));
        }

        double n = positive.Length;
        double variance = (square / n) - (sum / n * (sum / n));
        return variance > 0 ? logJacobian - (0.5 * n * Elementary.Log(variance)) : double.NegativeInfinity;
    }

    /// <summary>Log-likelihood of y, up to a constant, with a mean of its own where x is zero and a line in g(x) where x is positive.</summary>
    private static double LogLikelihoodGiven(IReadOnlyList<double> values, double softness, IReadOnlyList<double> other)
    {
        const double LeastShare = 1e-6;
        var zero = default(Moments);
        var positive = default(Moments);
        double origin = other.FirstOrDefault(y => !double.IsNaN(y));
        for (int i = 0; i < values.Count; i++)
        {
            double y = other[i] - origin;
            if (values[i] > 0 && !double.IsNaN(y))
            {
                positive.Add(Unbend(values[i], softness), y);
            }
            else if (values[i] <= 0 && !double.IsNaN(y))
            {
                zero.Add(0, y);
            }
        }

        double around = zero.AroundMean + positive.AroundMean;
        double left = Math.Max(zero.AroundMean + positive.AroundLine, LeastShare * around);
        return left > 0 ? -0.5 * (zero.Count + positive.Count) * Elementary.Log(left) : 0;
    }

    /// <summary>g(x) = s·log(exp(x/s) - 1).</summary>
    private double Unbend(double x) => Unbend(x, Softness);

    private static double Unbend(double x, double softness) => softness * Elementary.SoftplusInverse(x / softness);

    /// <summary>Sums over pairs (g, y).</summary>
    private struct Moments
    {
        private double _g;
        private double _y;
        private double _gg;
        private double _gy;
        private double _yy;

        public double Count { get; private set; }

        /// <summary>Sum of squares of y around its mean.</summary>
        public readonly double AroundMean => Count > 0 ? _yy - (_y * _y / Count) : 0;

        /// <summary>Sum of squares of y around its regression on g.</summary>
        public readonly double AroundLine
        {
            get
            {
                double spread = Count > 0 ? _gg - (_g * _g / Count) : 0;
                double shared = Count > 0 ? _gy - (_g * _y / Count) : 0;
                return spread > 0 ? AroundMean - (shared * shared / spread) : AroundMean;
            }
        }

        public void Add(double g, double y)
        {
            Count++;
            _g += g;
            _y += y;
            _gg += g * g;
            _gy += g * y;
            _yy += y * y;
        }
    }
}
