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

    /// <summary>log φ(x); -∞ at infinity.</summary>
    public static double LogDensity(double x) => (-0.5 * x * x) - LogRootTwoPi;
}
