using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Paths of observations to come, drawn from the generative model of a volatility filter.</summary>
/// <param name="omega">ω, [levels].</param>
/// <param name="kappa">κ, [levels - 1].</param>
/// <param name="noise">Variance of an observation's noise.</param>
/// <param name="state">Means and precisions of the last belief.</param>
/// <param name="elapsed">Time of a step.</param>
internal sealed class VolatilityPaths(double[] omega, double[] kappa, double noise, double[] state, double elapsed)
{
    /// <summary>One path of so many observations.</summary>
    public double[] Draw(int length, Rng rng)
    {
        int levels = omega.Length;
        var x = new double[levels];
        for (int a = 0; a < levels; a++)
        {
            x[a] = state[a] + (rng.Normal() / Math.Sqrt(state[levels + a]));
        }

        var path = new double[length];
        for (int k = 0; k < length; k++)
        {
            for (int a = levels - 1; a >= 0; a--)
            {
                double log = omega[a] + (a + 1 < levels ? kappa[a] * x[a + 1] : 0);
                x[a] += Math.Sqrt(elapsed * Elementary.Exp(log)) * rng.Normal();
            }

            path[k] = x[0] + (Math.Sqrt(noise) * rng.Normal());
        }

        return path;
    }
}
