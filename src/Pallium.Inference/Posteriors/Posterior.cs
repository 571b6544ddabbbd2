using System.Globalization;

namespace Pallium.Inference;

/// <summary>A central interval, in the channel's own units.</summary>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <summary>Whether <paramref name="value"/> lies inside, ends included.</summary>
    public bool Contains(double value) => value >= Low && value <= High;

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"[{Low:G5}, {High:G5}]");
}

/// <summary>A category and how probable it is.</summary>
/// <param name="Name">The category's text; <c>0</c> and <c>1</c> for a binary channel.</param>
/// <param name="Probability">In [0, 1].</param>
public readonly record struct Outcome(string Name, double Probability);

/// <summary>What a model believes about one cell, in the channel's own units.</summary>
public abstract class Posterior
{
    private protected Posterior(Channel channel) => Channel = channel;

    /// <summary>Which channel.</summary>
    public Channel Channel { get; }

    /// <summary>Mean; of a categorical channel the index of the likeliest category.</summary>
    public abstract double Mean { get; }

    /// <summary>Standard deviation; of a categorical channel NaN.</summary>
    public abstract double StandardDeviation { get; }

    /// <summary>Categories of a binary or categorical channel, likeliest first; empty for the others.</summary>
    public abstract IReadOnlyList<Outcome> Outcomes { get; }

    /// <summary>Median.</summary>
    public double Median => Quantile(0.5);

    /// <summary>The one value to fill a hole with: the likeliest category, else the median, rounded as it would have been recorded.</summary>
    public double Best => Channel.IsNumeric ? Channel.Round(Median) : Likeliest;

    /// <summary>Index of the likeliest outcome of a binary or categorical channel; NaN of others.</summary>
    private protected virtual double Likeliest => double.NaN;

    /// <summary>The least value whose distribution function reaches <paramref name="p"/>, in (0, 1). For samples: type 7.</summary>
    public abstract double Quantile(double p);

    /// <summary>P(value ≤ <paramref name="x"/>).</summary>
    public abstract double Cdf(double x);

    /// <summary>Natural logarithm of the mass of the rounding interval of <paramref name="value"/>, in nats.</summary>
    public abstract double LogProbability(double value);

    /// <summary>The central interval that holds a share <paramref name="p"/>: from (1-p)/2 to (1+p)/2.</summary>
    public Interval Interval(double p)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(p);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(p, 1);
        return new Interval(Quantile((1 - p) / 2), Quantile((1 + p) / 2));
    }

    /// <summary>The fewest categories whose probabilities reach <paramref name="p"/>, likeliest first.</summary>
    public IReadOnlyList<Outcome> SmallestSet(double p)
    {
        var set = new List<Outcome>();
        double sum = 0;
        foreach (Outcome outcome in Outcomes)
        {
            set.Add(outcome);
            sum += outcome.Probability;
            if (sum >= p)
            {
                break;
            }
        }

        return set;
    }
}
