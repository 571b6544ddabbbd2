using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Negative log mass of an interval under a mixture of normals, and its gradient.</summary>
/// <remarks>
/// A recorded number stands for its rounding interval, so the likelihood is a mass: bounded, and comparable between models.
/// <para>p = Σ_k π_k [Φ((b-μ_k)/σ_k) - Φ((a-μ_k)/σ_k)], π = softmax(w), σ_k² = exp(2 ℓ_k) + floor², ℓ = 3 tanh(raw/3).</para>
/// All quantities are in units of the base's conditional spread, around its conditional mean. The floor keeps the likelihood
/// from chasing ties in rounded data; ℓ is bounded so that no component collapses or explodes.
/// </remarks>
public static class IntervalMixture
{
    /// <summary>Largest |ℓ|.</summary>
    public const double LogScaleBound = 3;

    /// <summary>Share of the rounding interval's width below which no spread falls.</summary>
    public const double FloorShare = 0.4;

    /// <summary>The spread of a component whose raw log-scale is <paramref name="raw"/>, given the floor.</summary>
    public static double Scale(double raw, double floor)
    {
        double scale = Elementary.Exp(LogScaleBound * Elementary.Tanh(raw / LogScaleBound));
        return Math.Sqrt((scale * scale) + (floor * floor));
    }

    /// <summary>-log p of the interval [a, b], and d(-log p)/d outputs times <paramref name="weight"/>, added.</summary>
    /// <param name="outputs">[w_1..w_K, μ_1..μ_K, raw_1..raw_K].</param>
    /// <param name="a">Lower end; may be -∞.</param>
    /// <param name="b">Upper end, above a; may be +∞.</param>
    /// <param name="floor">Least spread.</param>
    /// <param name="weight">Factor of the gradient.</param>
    /// <param name="gradient">[3K], added to; empty: not wanted.</param>
    public static double Loss(ReadOnlySpan<double> outputs, double a, double b, double floor, double weight, Span<double> gradient)
    {
        int components = outputs.Length / 3;
        Span<double> logShare = stackalloc double[components];
        Span<double> scale = stackalloc double[components];
        Span<double> logMass = stackalloc double[components];
        double normaliser = Reduction.LogSumExp(outputs[..components]);
        for (int k = 0; k < components; k++)
        {
            double mean = outputs[components + k];
            scale[k] = Scale(outputs[(2 * components) + k], floor);
            logMass[k] = NormalInterval.LogMass((a - mean) / scale[k], (b - mean) / scale[k]);
            logShare[k] = outputs[k] - normaliser + logMass[k];
        }

        double logP = Reduction.LogSumExp((ReadOnlySpan<double>)logShare);
        for (int k = 0; k < components && !gradient.IsEmpty; k++)
        {
            double responsibility = Elementary.Exp(logShare[k] - logP);
            double prior = Elementary.Exp(outputs[k] - normaliser);
            double mean = outputs[components + k];
            double lower = (a - mean) / scale[k];
            double upper = (b - mean) / scale[k];
            double densityLower = DensityOverMass(lower, logMass[k]);
            double densityUpper = DensityOverMass(upper, logMass[k]);
            double byMean = (densityLower - densityUpper) / scale[k];
            double byLogScale = Product(lower, densityLower) - Product(upper, densityUpper);
            double bounded = Elementary.Tanh(outputs[(2 * components) + k] / LogScaleBound);
            double free = (scale[k] * scale[k]) - (floor * floor);
            gradient[k] += weight * (prior - responsibility);
            gradient[components + k] -= weight * responsibility * byMean;
            gradient[(2 * components) + k] -= weight * responsibility * byLogScale * (free / (scale[k] * scale[k])) * (1 - (bounded * bounded));
        }

        return -logP;
    }

    private static double DensityOverMass(double x, double logMass) =>
        double.IsInfinity(x) ? 0 : Elementary.Exp(NormalInterval.LogDensity(x) - logMass);

    private static double Product(double x, double density) => density == 0 ? 0 : x * density;
}
