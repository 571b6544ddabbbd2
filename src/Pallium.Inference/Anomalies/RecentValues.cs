namespace Pallium.Inference;

/// <summary>The last values of a stream in a ring: [values in all, ring].</summary>
internal static class RecentValues
{
    /// <summary>Numbers of a state that holds <paramref name="length"/> values.</summary>
    public static int StateLength(int length) => 1 + length;

    /// <summary>Adds a value, in place of the oldest one.</summary>
    public static void Add(double value, Span<double> state)
    {
        state[1 + Slot(state, 0)] = value;
        state[0]++;
    }

    /// <summary>Mean of <paramref name="count"/> values, of which the last came <paramref name="back"/> values before the newest; NaN before there are so many.</summary>
    /// <remarks>Summed anew each time: a running sum would keep the rounding of every large value that ever passed.</remarks>
    public static double Mean(ReadOnlySpan<double> state, int count, int back = 0)
    {
        if (state[0] < back + count)
        {
            return double.NaN;
        }

        ReadOnlySpan<double> ring = state[1..];
        int at = Slot(state, back + count);
        double sum = 0;
        for (int i = 0; i < count; i++)
        {
            sum += ring[at];
            at = at + 1 == ring.Length ? 0 : at + 1;
        }

        return sum / count;
    }

    private static int Slot(ReadOnlySpan<double> state, int back) => (int)(((long)state[0] - back) % (state.Length - 1));
}
