using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A mixture of normal distributions in a channel's encoded units.</summary>
internal sealed class Mixture
{
    private const double Reach = 9;
    private const int Bisections = 80;

    /// <summary>A mixture with room for <paramref name="components"/>.</summary>
    public Mixture(int components)
    {
        Weights = new double[components];
        Means = new double[components];
        Scales = new double[components];
    }

    /// <summary>One normal distribution.</summary>
    public static Mixture Normal(double mean, double scale)
    {
        var mixture = new Mixture(1);
        mixture.Weights[0] = 1;
        mixture.Means[0] = mean;
        mixture.Scales[0] = scale;
        return mixture;
    }

    /// <summary>π, adding up to 1.</summary>
    public double[] Weights { get; }

    /// <summary>μ.</summary>
    public double[] Means { get; }

    /// <summary>σ, positive.</summary>
    public double[] Scales { get; }

    /// <summary>Mean.</summary>
    public double Mean
    {
        get
        {
            double sum = 0;
            for (int k = 0; k < Weights.Length; k++)
            {
                sum += Weights[k] * Means[k];
            }

            return sum;
        }
    }

    /// <summary>(1 - <paramref name="share"/>)·this + share·<paramref name="other"/>.</summary>
    public Mixture Blended(double share, Mixture other)
    {
        int own = Weights.Length;
        var blended = new Mixture(own + other.Weights.Length);
        for (int k = 0; k < own; k++)
        {
            blended.Weights[k] = (1 - share) * Weights[k];
        }

        for (int k = 0; k < other.Weights.Length; k++)
        {
            blended.Weights[own + k] = share * other.Weights[k];
        }

        Means.CopyTo(blended.Means, 0);
        other.Means.CopyTo(blended.Means, own);
        Scales.CopyTo(blended.Scales, 0);
        other.Scales.CopyTo(blended.Scales, own);
        return blended;
    }

    /// <summary>P(z ≤ <paramref name="z"/>).</summary>
    public double Cdf(double z)
    {
        double sum = 0;
        for (int k = 0; k < Weights.Length; k++)
        {
            sum += Weights[k] * Elementary.NormalCdf((z - Means[k]) / Scales[k]);
        }

        return Math.Clamp(sum, 0, 1);
    }

    /// <summary>The same as spans.</summary>
    public MixtureSpan Span => new(Weights, Means, Scales);

    /// <summary>log P(low &lt; z ≤ high).</summary>
    public double LogMass(double low, double high) => Span.LogMass(low, high);

    /// <summary>The value below which a share <paramref name="p"/> in (0, 1) lies, by bisection.</summary>
    public double Quantile(double p)
    {
        double low = double.PositiveInfinity;
        double high = double.NegativeInfinity;
        for (int k = 0; k < Weights.Length; k++)
        {
            low = Math.Min(low, Means[k] - (Reach * Scales[k]));
            high = Math.Max(high, Means[k] + (Reach * Scales[k]));
        }

        for (int i = 0; i < Bisections && high - low > 1e-12 * (1 + Math.Abs(low)); i++)
        {
            double middle = 0.5 * (low + high);
            if (Cdf(middle) < p)
            {
                low = middle;
            }
            else
            {
                high = middle;
            }
        }

        return 0.5 * (low + high);
    }

    /// <summary>A draw; the mirrored one lies opposite in the same component.</summary>
    public double Sample(ref Rng rng, bool mirrored)
    {
        int k = rng.Categorical(Weights);
        double noise = rng.Normal();
        return Means[k] + (Scales[k] * (mirrored ? -noise : noise));
    }

    /// <summary>The expectation of a smooth function, by the trapezoid rule on each component, which converges exponentially under a normal weight.</summary>
    public double Expect(Func<double, double> function)
    {
        const double Step = 0.25;
        double sum = 0;
        double weights = 0;
        for (double x = -Reach; x <= Reach; x += Step)
        {
            double density = Elementary.Exp(NormalInterval.LogDensity(x));
            weights += density;
            for (int k = 0; k < Weights.Length; k++)
            {
                sum += density * Weights[k] * function(Means[k] + (Scales[k] * x));
            }
        }

        return sum / weights;
    }
}
