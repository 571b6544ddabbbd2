using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>How surprising it is that a number lies beyond all that was met.</summary>
/// <remarks>
/// The excess x, as a share of the range met, is expected to follow a Lomax law, p(excess &gt; x) = a/(a + x), so that the surprise is
/// log(1 + x/a) nats. Its scale a[t] = a₀ + h Σ x[s] exp(-(t - s)/τ), over s &lt; t, grows with every excess: a view that keeps meeting
/// news says less. By how much what was met later exceeds the range of the learning period fades with a long time constant: what
/// happened once becomes new again. Source of the law: Lomax, JASA 1954; of the range as what is expected: records of a sequence,
/// Arnold, Balakrishnan and Nagaraja, Records, 1998.
/// </remarks>
internal readonly struct NoveltyGauge
{
    /// <summary>Numbers of a state: a - a₀, whether anything was met, the range, and the range of the learning period.</summary>
    public const int StateLength = 6;

    // An excess of the whole range is as new as anything can be.
    private const double Most = 1;
    private readonly double _tolerance;
    private readonly double _habituation;
    private readonly double _decay;
    private readonly double _fading;

    public NoveltyGauge(AnomalyOptions options)
    {
        _tolerance = options.Tolerance;
        _habituation = options.Habituation;
        _decay = Elementary.Exp(-1 / (options.Memory * options.Learning));
        _fading = -Elementary.Expm1(-1 / (options.ExceptionMemory * options.Learning));
    }

    /// <summary>The range met, as <see cref="Meet"/> left it.</summary>
    public static double Range(ReadOnlySpan<double> state) => state[3] - state[2];

    /// <summary>Surprise at a number, in nats, which then belongs to the range.</summary>
    public double Meet(double x, bool isLearning, Span<double> state)
    {
        ref double low = ref state[2];
        ref double high = ref state[3];
        double surprise = 0;
        if (state[1] == 0)
        {
            (low, high, state[1]) = (x, x, 1);
        }
        else
        {
            double excess = Math.Max(0, Math.Max(x - high, low - x));
            surprise = Exceed(excess > 0 ? excess / (high - low) : 0, ref state[0]);
        }

        low = Math.Min(low, x);
        high = Math.Max(high, x);
        if (isLearning)
        {
            (state[4], state[5]) = (low, high);
        }

        low += _fading * (state[4] - low);
        high += _fading * (state[5] - high);
        return surprise;
    }

    /// <summary>Surprise at an excess, in nats.</summary>
    /// <param name="excess">x, a share of a range, not negative; beyond 1 (no range at all) it counts as 1.</param>
    /// <param name="habit">What is added to a₀.</param>
    public double Exceed(double excess, ref double habit)
    {
        double x = Math.Min(excess, Most);
        double surprise = Elementary.Log1p(x / (_tolerance + habit));
        habit = (habit * _decay) + (_habituation * x);
        return surprise;
    }
}
