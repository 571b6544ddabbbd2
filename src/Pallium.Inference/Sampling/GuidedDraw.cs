using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A coordinate's conditional distribution in the linear-Gaussian part: without what is known of later slices, and with it.</summary>
/// <param name="Mean">m.</param>
/// <param name="Variance">s².</param>
/// <param name="GuidedMean">m′.</param>
/// <param name="GuidedVariance">s′², at most s².</param>
internal readonly record struct Guidance(double Mean, double Variance, double GuidedMean, double GuidedVariance)
{
    /// <summary>No guidance.</summary>
    public static Guidance None => new(0, 1, 0, 1);

    /// <summary>Whether later slices say anything.</summary>
    public bool Guides => GuidedVariance < Variance || GuidedMean != Mean;

    /// <summary>log of how much more probable the known cells ahead become when the coordinate is <paramref name="value"/>: log N(value; m′, s′²) - log N(value; m, s²).</summary>
    public double LogRatio(double value) => !Guides ? 0
        : NormalInterval.LogDensity((value - GuidedMean) / Math.Sqrt(GuidedVariance)) - NormalInterval.LogDensity((value - Mean) / Math.Sqrt(Variance))
            - (0.5 * Elementary.Log(GuidedVariance / Variance));
}

/// <summary>Draws a number from a mixture of normals, within bounds, and towards what later slices say, exactly.</summary>
/// <remarks>
/// Later slices say exp(-τ x²/2 + η x) about x = z - m, with τ = 1/s′² - 1/s² and η = (m′ - m)/s′². Times a component N(μ, σ²) that is a normal again; its
/// mass within the bounds is the component's new weight. The draw's importance weight is the same for all z: the masses' sum over ∫ N(x; 0, s²) exp(..) dx.
/// </remarks>
internal ref struct GuidedDraw
{
    private readonly Span<double> _logWeights;
    private readonly Span<double> _means;
    private readonly Span<double> _deviations;
    private readonly double _low;
    private readonly double _high;

    /// <param name="mixture">The model's own conditional.</param>
    /// <param name="guidance">What later slices say.</param>
    /// <param name="low">Lower bound; may be -∞.</param>
    /// <param name="high">Upper bound; may be ∞.</param>
    /// <param name="scratch">3 numbers per component.</param>
    public GuidedDraw(MixtureSpan mixture, in Guidance guidance, double low, double high, Span<double> scratch)
    {
        int k = mixture.Weights.Length;
        (_low, _high) = (low, high);
        _logWeights = scratch[..k];
        _means = scratch.Slice(k, k);
        _deviations = scratch.Slice(2 * k, k);
        double precision = guidance.Guides ? Math.Max(0, (1 / guidance.GuidedVariance) - (1 / guidance.Variance)) : 0;
        double pull = guidance.Guides ? (guidance.GuidedMean - guidance.Mean) / guidance.GuidedVariance : 0;
        bool bounded = !double.IsNegativeInfinity(low) || !double.IsPositiveInfinity(high);
        for (int i = 0; i < k; i++)
        {
            double variance = mixture.Scales[i] * mixture.Scales[i];
            double log = mixture.Weights[i] > 0 ? Elementary.Log(mixture.Weights[i]) : double.NegativeInfinity;
            (_means[i], _deviations[i]) = (mixture.Means[i], mixture.Scales[i]);
            if (guidance.Guides)
            {
                double x = mixture.Means[i] - guidance.Mean;
                double shrink = 1 / (1 + (precision * variance));
                double moved = (x + (pull * variance)) * shrink;
                _means[i] = guidance.Mean + moved;
                _deviations[i] = mixture.Scales[i] * Math.Sqrt(shrink);

                // log ∫ N(x; x̄, v) exp(-τ x²/2 + η x) dx = ½ log(shrink) + (η x̄ + ½ η² v - ½ τ x̄²)·shrink
                log += (0.5 * Elementary.Log(shrink)) + (((pull * x) + (0.5 * pull * pull * variance) - (0.5 * precision * x * x)) * shrink);
            }

            _logWeights[i] = log + (bounded && log > double.NegativeInfinity
                ? NormalInterval.LogMass((low - _means[i]) / _deviations[i], (high - _means[i]) / _deviations[i]) : 0);
        }

        LogWeight = Reduction.LogSumExp((ReadOnlySpan<double>)_logWeights);
        if (guidance.Guides)
        {
            double shrink = 1 / (1 + (precision * guidance.Variance));
            LogWeight -= (0.5 * Elementary.Log(shrink)) + (0.5 * pull * pull * guidance.Variance * shrink);
        }
    }

    /// <summary>log of the draw's importance weight: within bounds alone, of their mass.</summary>
    public double LogWeight { get; }

    /// <summary>The number.</summary>
    /// <param name="component">Uniform: chooses the component.</param>
    /// <param name="position">Uniform, not 0 or 1: where within it.</param>
    public readonly double At(double component, double position)
    {
        double largest = Reduction.Max((ReadOnlySpan<double>)_logWeights);
        double total = 0;
        for (int i = 0; i < _logWeights.Length; i++)
        {
            total += Elementary.Exp(_logWeights[i] - largest);
        }

        double target = component * total;
        int chosen = 0;
        for (double sum = 0; chosen < _logWeights.Length; chosen++)
        {
            sum += Elementary.Exp(_logWeights[chosen] - largest);
            if (target < sum)
            {
                break;
            }
        }

        chosen = Math.Min(chosen, _logWeights.Length - 1);
        double a = (_low - _means[chosen]) / _deviations[chosen];
        double b = (_high - _means[chosen]) / _deviations[chosen];
        return Math.Clamp(_means[chosen] + (_deviations[chosen] * NormalInterval.Quantile(a, b, position)), _low, _high);
    }
}
