using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A mixture of normal distributions that lies in somebody's arrays.</summary>
internal readonly ref struct MixtureSpan(Span<double> weights, Span<double> means, Span<double> scales)
{
    /// <summary>π, adding up to 1.</summary>
    public Span<double> Weights { get; } = weights;

    /// <summary>μ.</summary>
    public Span<double> Means { get; } = means;

    /// <summary>σ, positive.</summary>
    public Span<double> Scales { get; } = scales;

    /// <summary>log of the mass between two values; of their density where they coincide.</summary>
    public double LogMass(double low, double high)
    {
        Span<double> terms = stackalloc double[Weights.Length];
        for (int k = 0; k < terms.Length; k++)
        {
            double a = (low - Means[k]) / Scales[k];
            terms[k] = Weights[k] > 0
                ? Elementary.Log(Weights[k]) + (low == high
                    ? NormalInterval.LogDensity(a) - Elementary.Log(Scales[k])
                    : NormalInterval.LogMass(a, (high - Means[k]) / Scales[k]))
                : double.NegativeInfinity;
        }

        return Reduction.LogSumExp((ReadOnlySpan<double>)terms);
    }

    /// <summary>The answer for a real variable: (1 - g)·base + g·network, the network's mixture in units of the base's conditional distribution.</summary>
    /// <param name="standard">The base's distribution.</param>
    /// <param name="outputs">The head's [w.., μ.., raw scale..]; empty: the base alone.</param>
    /// <param name="share">g.</param>
    /// <param name="meanShare">λ: how much of the network's correction of the mean is used.</param>
    public void Blend(Standard standard, ReadOnlySpan<double> outputs, double share, double meanShare)
    {
        int k = Weights.Length - 1;
        Weights[k] = 1 - share;
        Means[k] = standard.Mean;
        Scales[k] = standard.Scale * IntervalMixture.Scale(0, standard.Floor);
        if (k == 0)
        {
            return;
        }

        Span<double> learned = Weights[..k];
        outputs[..k].CopyTo(learned);
        Reduction.Softmax(learned);
        double mean = 0;
        for (int i = 0; i < k; i++)
        {
            mean += learned[i] * outputs[k + i];
        }

        double shift = (1 - meanShare) * mean;
        for (int i = 0; i < k; i++)
        {
            learned[i] *= share;
            Means[i] = standard.Mean + (standard.Scale * (outputs[k + i] - shift));
            Scales[i] = standard.Scale * IntervalMixture.Scale(outputs[(2 * k) + i], standard.Floor);
        }
    }

    /// <summary>The answer for a discrete variable: (1 - g)·softmax(base's logits) + g·softmax(base's logits + network's).</summary>
    public static void BlendOutcomes(ReadOnlySpan<double> logits, ReadOnlySpan<double> outputs, double share, Span<double> probabilities)
    {
        logits.CopyTo(probabilities);
        Reduction.Softmax(probabilities);
        if (share == 0 || outputs.IsEmpty)
        {
            return;
        }

        Span<double> learned = stackalloc double[logits.Length];
        for (int k = 0; k < learned.Length; k++)
        {
            learned[k] = logits[k] + outputs[k];
        }

        Reduction.Softmax(learned);
        for (int k = 0; k < learned.Length; k++)
        {
            probabilities[k] += share * (learned[k] - probabilities[k]);
        }
    }
}
