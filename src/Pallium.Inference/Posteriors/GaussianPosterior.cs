using System.Globalization;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A cell's normal distribution; one value, where the variance is zero.</summary>
internal sealed class GaussianPosterior : Posterior
{
    /// <param name="channel">Which channel.</param>
    /// <param name="mean">In the channel's units.</param>
    /// <param name="variance">In their square; not negative.</param>
    public GaussianPosterior(Channel channel, double mean, double variance)
        : base(channel)
    {
        Mean = mean;
        StandardDeviation = Math.Sqrt(variance);
    }

    public override double Mean { get; }

    public override double StandardDeviation { get; }

    public override IReadOnlyList<Outcome> Outcomes => OutcomesOf(Channel, Mean);

    public override double Quantile(double p) =>
        StandardDeviation == 0 ? Mean : Math.FusedMultiplyAdd(StandardDeviation, Elementary.NormalQuantile(p), Mean);

    public override double Cdf(double x) =>
        StandardDeviation == 0 ? (x >= Mean ? 1 : 0) : Elementary.NormalCdf((x - Mean) / StandardDeviation);

    public override double LogProbability(double value)
    {
        if (double.IsNaN(value))
        {
            return 0;
        }

        double half = Channel.Resolution / 2;
        if (StandardDeviation == 0)
        {
            return Math.Abs(value - Mean) <= half ? 0 : double.NegativeInfinity;
        }

        return NormalInterval.LogMass((value - half - Mean) / StandardDeviation, (value + half - Mean) / StandardDeviation);
    }

    /// <summary>The outcomes of a binary channel that counts as a number: its mean, cut to 0..1, is the probability of 1.</summary>
    internal static IReadOnlyList<Outcome> OutcomesOf(Channel channel, double mean)
    {
        if (channel.Kind != ChannelKind.Binary)
        {
            return [];
        }

        string Name(int k) => channel.Categories.Count > k ? channel.Categories[k] : k.ToString(CultureInfo.InvariantCulture);
        double one = Math.Clamp(mean, 0, 1);
        Outcome[] outcomes = [new(Name(0), 1 - one), new(Name(1), one)];
        return one > 0.5 ? [outcomes[1], outcomes[0]] : outcomes;
    }
}
