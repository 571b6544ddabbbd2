namespace Pallium.Inference;

/// <summary>Systematic resampling.</summary>
internal static class Systematic
{
    /// <summary>Draws indices in ascending order; each comes as often as its weight says, rounded down or up.</summary>
    /// <param name="weights">Adding up to 1; what has none is never drawn.</param>
    /// <param name="offset">Uniform in [0, 1).</param>
    /// <param name="chosen">Receives them.</param>
    public static void Draw(ReadOnlySpan<double> weights, double offset, Span<int> chosen)
    {
        // Where rounding leaves the sum short of the last target.
        int last = weights.LastIndexOfAnyExcept(0);
        double sum = weights[0];
        int from = 0;
        for (int i = 0; i < chosen.Length; i++)
        {
            double target = (i + offset) / chosen.Length;
            while (sum <= target && from < last)
            {
                sum += weights[++from];
            }

            chosen[i] = from;
        }
    }
}
