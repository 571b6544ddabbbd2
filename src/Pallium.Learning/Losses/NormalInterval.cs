using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Mass that a standard normal distribution gives to an interval, accurate for narrow intervals and far tails alike.</summary>
public static class NormalInterval
{
    private const double LogRootTwoPi = 0.91893853320467274178;
    private const double Narrow = 1e-3;

    /// <summary>log(Φ(b) - Φ(a)) for a &lt; b; infinite ends are allowed.</summary>
    /// <remarks>
    /// Narrow intervals use the midpoint rule with its curvature term, relative error under 1e-12; wide ones a difference of
    /// distribution functions, taken in the lower tail, where nothing cancels.
    /// </remarks>
    public static double LogMass(double a, double b)
    {
        double width = b - a;
        double middle = 0.5 * (a + b);
        if (width * (1 + Math.Abs(middle)) < Narrow)
        {
            double curvature = ((middle * middle) - 1) * width * width / 24;
            return LogDensity(middle) + Elementary.Log(width) + curvature;
        }

        if (a + b > 0)
        {
            (a, b) = (-b, -a);
        }

        double upper = Elementary.LogNormalCdf(b);
        return double.IsNegativeInfinity(a) ? upper : upper + Elementary.Log1p(-Elementary.Exp(Elementary.LogNormalCdf(a) - upper));
    }

    /// <summary>Mean and variance of a standard normal number that lies between <paramref name="a"/> and <paramref name="b"/>, a &lt; b.</summary>
    /// <remarks>Where the interval is narrow or so far out that the differences cancel, those of a uniform or exponential piece.</remarks>
    public static (double Mean, double Variance) Moments(double a, double b)
    {
        if (a + b < 0)
        {
            (double mirrored, double same) = Moments(-b, -a);
            return (-mirrored, same);
        }

        double log = LogMass(a, b);
        double low = double.IsInfinity(a) ? 0 : Elementary.Exp(LogDensity(a) - log);
        double high = double.IsInfinity(b) ? 0 : Elementary.Exp(LogDensity(b) - log);
        double mean = low - high;
        double variance = 1 + (low == 0 ? 0 : a * low) - (high == 0 ? 0 : b * high) - (mean * mean);
        double width = b - a;
        double least = width * width / 12;
        if (a > 20)
        {
            // Mills' ratio: beyond a the density falls like exp(-a x).
            variance = Math.Min(1 / (a * a), least);
        }

        return (Math.Clamp(mean, a, b), width < 1e-3 ? least : Math.Clamp(variance, 1e-12, 1));
    }

    /// <summary>The number below which a share <paramref name="p"/> of a standard normal's mass between <paramref name="a"/> and <paramref name="b"/> lies.</summary>
    /// <remarks>In the lower tail, where nothing cancels; beyond the range of Φ, where the density falls like exp(-a x), by that.</remarks>
    public static double Quantile(double a, double b, double p)
    {
        if (a + b > 0)
        {
            return -Quantile(-b, -a, 1 - p);
        }

        const double Underflow = -37;
        if (b > Underflow)
        {
            double low = double.IsNegativeInfinity(a) ? 0 : Elementary.NormalCdf(a);
            double x = Elementary.NormalQuantile(low + (p * (Elementary.NormalCdf(b) - low)));
            return Math.Clamp(x, a, b);
        }

        // Φ(x) ≈ φ(b)/|b| exp(-|b| (b - x)) for x below b.
        double rate = -b;
        double lost = double.IsNegativeInfinity(a) ? 0 : Elementary.Exp(-rate * (b - a));
        return Math.Clamp(b + (Elementary.Log(lost + (p * (1 - lost))) / rate), a, b);
    }

    /// <summary>log φ(x); -∞ at infinity.</summary>
    public static double LogDensity(double x) => (-0.5 * x * x) - LogRootTwoPi;
}
