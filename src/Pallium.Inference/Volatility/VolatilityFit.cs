using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Parameters of greatest likelihood: noise and step variances by the downhill simplex, from a few starts.</summary>
internal static class VolatilityFit
{
    private const double Widest = 25;
    private const double Flat = 1e-4;

    /// <summary>The best parameters for all series of a channel, each beginning anew; elapsed times in median steps.</summary>
    public static VolatilityParameters Fit(Frame frame, VolatilityOptions options)
    {
        (double mean, double variance, double change) = Moments(frame);
        double unit = frame.Time.Step > 0 ? frame.Time.Step : 1;
        VolatilityParameters Parameters(double[] point) => new()
        {
            ObservationVariance = change * Elementary.Exp(point[0]),
            LogStepVariances = [Elementary.Log(change) + point[1], .. point[2..]],
            InitialMean = mean,
            InitialVariance = variance,
            TimeUnit = unit,
        };

        double Surprise(double[] point) => point.Any(x => Math.Abs(x) > Widest) ? double.PositiveInfinity : Total(frame, Parameters(point));

        // A change is a step plus two noises; the starts take it for mostly noise, for both, and for mostly step.
        double[] noiseShares = [0.45, 0.25, 0.05];
        int each = Math.Max(1, options.Evaluations / noiseShares.Length);
        var found = noiseShares.Select(share =>
        {
            double[] start = [Elementary.Log(share), Elementary.Log(1 - (2 * share)), .. Enumerable.Repeat(-4.0, options.Levels - 1)];
            return NelderMead.Minimize(Surprise, start, size: 1, each, Flat);
        }).MinBy(result => result.Value);
        return Parameters(found.Point);
    }

    /// <summary>Sum of surprises over all series, in nats.</summary>
    private static double Total(Frame frame, VolatilityParameters parameters)
    {
        var filter = new VolatilityFilter(frame.Channels[0], parameters);
        double total = 0;
        foreach (Series series in frame.Series)
        {
            filter.Restart();
            total += filter.Observe(series);
        }

        return total;
    }

    /// <summary>Mean and variance of the values, and mean square of their changes from one row to the next.</summary>
    private static (double Mean, double Variance, double Change) Moments(Frame frame)
    {
        double[] values = [.. frame.Column(0).Where(x => !double.IsNaN(x))];
        const int Fewest = 3;
        if (values.Length < Fewest)
        {
            throw new InputException(
                $"{frame.Source}, column '{frame.Channels[0].Name}': found {values.Length} values, expected at least {Fewest} to fit a volatility filter.");
        }

        double mean = values.Sum(x => x) / values.Length;
        double variance = values.Sum(x => (x - mean) * (x - mean)) / values.Length;
        double change = 0;
        for (int i = 1; i < values.Length; i++)
        {
            double step = values[i] - values[i - 1];
            change += step * step / (values.Length - 1);
        }

        return variance > 0 && change > 0
            ? (mean, variance, change)
            : throw new InputException($"{frame.Source}, column '{frame.Channels[0].Name}': found only {values[0]:R}, expected a channel that moves.");
    }
}
