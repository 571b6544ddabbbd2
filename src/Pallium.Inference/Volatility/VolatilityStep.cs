using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One observation of a hierarchical Gaussian filter: predict, correct, and pass the errors upwards.</summary>
/// <remarks>
/// <para>
/// Prediction: Ω_a = dt·exp(ω_a + κ_a·μ_(a+1)), π̂_a = 1/(1/π_a + Ω_a). Value: π₀ = π̂₀ + 1/σ², μ₀ += δ/(σ²·π₀).
/// Volatility parent b of a, with γ = Ω_a·π̂_a and Δ = π̂_a·(1/π_a + (μ_a - μ̂_a)²) - 1:
/// μ_b = μ̂_b + κγΔ/(2π̂_b), then, γ and Δ taken anew at that mean, π_b = π̂_b + max(0, ½(κγ)² + (κγ)²Δ - ½κ²γΔ).
/// </para>
/// <para>
/// Mean before precision (the eHGF order) with the curvature clipped at zero keeps π_b positive. The mean is one Newton step with the
/// prior's curvature; it is held at x* = (log((1/π_a + (μ_a - μ̂_a)² - 1/π_a,old)/dt) - ω_a)/κ, where the likelihood of the parent has
/// its mode: the posterior's mode lies between prior and likelihood, so that a wild observation cannot send it further.
/// </para>
/// <para>Source: Mathys et al., Frontiers in Human Neuroscience 8, 2014, eqs. 9-14; Weber et al., arXiv 2305.10937, on the order of the enhanced form.</para>
/// </remarks>
public static class VolatilityStep
{
    /// <summary>Takes in one observation, in place. O(levels) time, no allocation.</summary>
    /// <param name="omega">ω, [levels].</param>
    /// <param name="kappa">κ, [levels - 1].</param>
    /// <param name="noise">σ², positive.</param>
    /// <param name="elapsed">dt, not negative.</param>
    /// <param name="observation">u; NaN: time goes by and nothing is seen.</param>
    /// <param name="mean">μ, [levels].</param>
    /// <param name="precision">π, [levels], positive.</param>
    /// <returns>-log p(u | past) as a density, in nats; 0 where nothing is seen.</returns>
    public static double Step(
        ReadOnlySpan<double> omega, ReadOnlySpan<double> kappa, double noise, double elapsed, double observation, Span<double> mean, Span<double> precision)
    {
        int levels = omega.Length;
        Span<double> before = stackalloc double[levels];
        for (int a = 0; a < levels; a++)
        {
            before[a] = 1 / precision[a];
            double step = elapsed * Elementary.Exp(omega[a] + (a + 1 < levels ? kappa[a] * mean[a + 1] : 0));
            precision[a] = 1 / (before[a] + step);
        }

        if (double.IsNaN(observation))
        {
            return 0;
        }

        double error = observation - mean[0];
        double variance = (1 / precision[0]) + noise;
        double surprise = (0.5 * Elementary.Log(variance)) - NormalInterval.LogDensity(error / Math.Sqrt(variance));
        double predicted = precision[0];
        precision[0] += 1 / noise;
        double shift = error / (noise * precision[0]);
        mean[0] += shift;
        for (int b = 1; b < levels && elapsed > 0; b++)
        {
            double moved = (1 / precision[b - 1]) + (shift * shift);
            double predictedParent = precision[b];
            shift = Correct(omega[b - 1], kappa[b - 1], elapsed, before[b - 1], predicted, moved, ref mean[b], ref precision[b]);
            predicted = predictedParent;
        }

        return surprise;
    }

    /// <summary>A volatility parent learns how far its child was moved; returns how far its own mean went.</summary>
    private static double Correct(
        double omega, double kappa, double elapsed, double childBefore, double childPredicted, double childMoved, ref double mean, ref double precision)
    {
        double old = mean;
        double gamma = 1 - (childBefore * childPredicted);
        double surplus = (childPredicted * childMoved) - 1;
        mean += 0.5 * kappa * gamma * surplus / precision;
        if (childMoved > childBefore)
        {
            double mode = (Elementary.Log((childMoved - childBefore) / elapsed) - omega) / kappa;
            mean = surplus > 0 ? Math.Min(mean, Math.Max(mode, old)) : Math.Max(mean, Math.Min(mode, old));
        }

        double step = elapsed * Elementary.Exp(omega + (kappa * mean));
        double predicted = 1 / (childBefore + step);
        gamma = step * predicted;
        surplus = (predicted * childMoved) - 1;
        precision += Math.Max(0, 0.5 * kappa * kappa * gamma * (gamma + (((2 * gamma) - 1) * surplus)));
        return mean - old;
    }

    /// <summary>Lets time go by in a forecast: variances grow by E[Ω_a] = dt·exp(ω_a + κ_a·μ_(a+1) + ½κ_a²·v_(a+1)), the expected ones.</summary>
    /// <param name="omega">ω, [levels].</param>
    /// <param name="kappa">κ, [levels - 1].</param>
    /// <param name="elapsed">dt, not negative.</param>
    /// <param name="mean">μ, [levels], which stay.</param>
    /// <param name="variance">v, [levels].</param>
    public static void Spread(ReadOnlySpan<double> omega, ReadOnlySpan<double> kappa, double elapsed, ReadOnlySpan<double> mean, Span<double> variance)
    {
        for (int a = omega.Length - 1; a >= 0; a--)
        {
            double log = omega[a];
            if (a + 1 < omega.Length)
            {
                log += (kappa[a] * mean[a + 1]) + (0.5 * kappa[a] * kappa[a] * variance[a + 1]);
            }

            variance[a] += elapsed * Elementary.Exp(log);
        }
    }
}
