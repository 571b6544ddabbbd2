namespace Pallium.Cli;

/// <summary>What is printed of a posterior.</summary>
/// <param name="Channel">Which channel.</param>
/// <param name="Mean">Mean.</param>
/// <param name="Median">Median.</param>
/// <param name="Deviation">Standard deviation.</param>
/// <param name="Bands">Central intervals by their share, narrow ones first; empty for categories.</param>
/// <param name="Outcomes">Categories, likeliest first; empty for numbers.</param>
internal sealed record Belief(
    Channel Channel, double Mean, double Median, double Deviation, IReadOnlyList<(double Share, Interval Interval)> Bands, IReadOnlyList<Outcome> Outcomes)
{
    /// <summary>Shares of the intervals that plots draw.</summary>
    public static IReadOnlyList<double> PlotShares { get; } = [0.5, 0.8, 0.95];

    /// <summary>Reads off a posterior what is printed of it.</summary>
    public static Belief Of(Posterior posterior, IEnumerable<double> shares)
    {
        Channel channel = posterior.Channel;
        return channel.IsNumeric
            ? new Belief(channel, posterior.Mean, posterior.Median, posterior.StandardDeviation,
                [.. shares.Distinct().Order().Select(share => (share, posterior.Interval(share)))], [])
            : new Belief(channel, double.NaN, double.NaN, double.NaN, [], [.. posterior.Outcomes.Select(outcome => Named(channel, outcome))]);
    }

    /// <summary>The interval of a share that it was made with.</summary>
    public Interval Band(double share) => Bands.First(band => band.Share == share).Interval;

    /// <summary>The probability of a category.</summary>
    public double Probability(string category) => Outcomes.FirstOrDefault(outcome => outcome.Name == category).Probability;

    /// <summary>A yes/no channel of texts has its outcomes under 0 and 1.</summary>
    private static Outcome Named(Channel channel, Outcome outcome) => channel is { Kind: ChannelKind.Binary, Categories.Count: 2 }
        ? outcome with { Name = outcome.Name switch { "0" => channel.Categories[0], "1" => channel.Categories[1], _ => outcome.Name } }
        : outcome;
}
