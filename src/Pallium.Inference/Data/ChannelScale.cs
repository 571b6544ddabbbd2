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
    public (double Low, double High) Edges(double x)
    {
        double half = Resolution / 2;
        return Kind switch
        {
            ChannelKind.Positive => (
                x <= (HasAtom ? 3 * half : half) ? double.NegativeInfinity : (Unbend(x - half) - Mean) / Deviation,
                (Unbend(Math.Max(x, 0) + half) - Mean) / Deviation),
            ChannelKind.Real => ((x - half - Mean) / Deviation, (x + half - Mean) / Deviation),
            _ => (x, x),
        };
    }

    /// <summary>Fits the map of a channel to its values; NaN is passed over, at least one is a number.</summary>
    internal static ChannelScale Fit(Channel channel, IEnumerable<double> values)
    {
        double[] seen = [.. values.Where(x => !double.IsNaN(x))];
        var scale = new ChannelScale(channel.Kind) { Resolution = channel.Resolution, Low = seen.Min(), High = seen.Max() };
        if (!channel.IsNumeric)
        {
            return scale;
        }

        if (channel.Kind == ChannelKind.Positive)
        {
            const double LeastAtom = 0.01;
            double[] positive = [.. seen.Where(x => x > 0).Order()];
            scale = scale with
            {
                Softness = positive.Length == 0 ? channel.Resolution : BestSoftness(positive, scale),
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
        return scale with { Mean = mean, Deviation = Math.Max(deviation, least) };
    }

    /// <summary>The s, among quantiles of the positive values, under which they look most normal: the greatest likelihood, Jacobian included.</summary>
    private static double BestSoftness(double[] sorted, ChannelScale scale)
    {
        double best = sorted[sorted.Length / 2];
        double greatest = double.NegativeInfinity;
        foreach (double quantile in new[] { 0.9, 0.5, 0.25, 0.1, 0.03, 0.01 })
        {
            double softness = sorted[(int)(quantile * (sorted.Length - 1))];
            ChannelScale candidate = scale with { Softness = softness };
            double sum = 0;
            double square = 0;
            double logJacobian = 0;
            foreach (double x in sorted)
            {
                double g = candidate.Unbend(x);
                sum += g;
                square += g * g;
                logJacobian -= Elementary.Log(-Elementary.Expm1(-x / softness));
            }

            double n = sorted.Length;
            double variance = (square / n) - (sum / n * (sum / n));
            double likelihood = variance > 0 ? logJacobian - (0.5 * n * Elementary.Log(variance)) : double.NegativeInfinity;
            if (likelihood > greatest)
            {
                (best, greatest) = (softness, likelihood);
            }
        }

        return best;
    }

    /// <summary>g(x) = s·log(exp(x/s) - 1).</summary>
    private double Unbend(double x) => Softness * Elementary.SoftplusInverse(x / Softness);
}
