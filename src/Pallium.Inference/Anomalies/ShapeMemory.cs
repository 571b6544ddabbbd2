namespace Pallium.Inference;

/// <summary>Remembers shapes and says how far a new one lies from all of them.</summary>
/// <remarks>
/// A shape is Q means of neighbouring stretches of the stream. Its distance from the nearest remembered one, max over q |z[q] - p[q]|, is
/// compared with a vigilance ρ: nearer, the memory counts as used; farther, the shape is remembered too, in place of the one used longest
/// ago where there is no room. Cost O(Q · room). Source of the scheme: Carpenter and Grossberg, Computer 1988 (adaptive resonance).
/// </remarks>
internal sealed class ShapeMemory(int parts, AnomalyOptions options)
{
    private readonly int _room = options.Shapes;
    private readonly double _vigilance = options.Vigilance;

    /// <summary>Numbers of a state: how many are remembered, when each was used, and the shapes.</summary>
    public int StateLength => 1 + (_room * (1 + parts));

    /// <summary>How far beyond the vigilance a shape lies from all that are remembered, as a share of <paramref name="range"/>.</summary>
    /// <param name="shape">z, [Q].</param>
    /// <param name="range">The range of values met, not negative.</param>
    /// <param name="now">The slice's number, increasing.</param>
    /// <param name="state">See <see cref="StateLength"/>.</param>
    public double Meet(ReadOnlySpan<double> shape, double range, double now, Span<double> state)
    {
        int count = (int)state[0];
        Span<double> used = state.Slice(1, _room);
        Span<double> shapes = state[(1 + _room)..];
        int nearest = -1;
        double least = double.PositiveInfinity;
        for (int k = 0; k < count; k++)
        {
            double distance = Distance(shape, shapes.Slice(k * parts, parts), least);
            if (distance < least)
            {
                (nearest, least) = (k, distance);
            }
        }

        if (nearest >= 0 && least <= _vigilance * range)
        {
            used[nearest] = now;
            return 0;
        }

        int slot = count < _room ? count : Oldest(used);
        state[0] = Math.Max(count, slot + 1);
        shape.CopyTo(shapes.Slice(slot * parts, parts));
        used[slot] = now;
        return count == 0 ? 0 : (least / range) - _vigilance;
    }

    /// <summary>The distance, or a number of at least <paramref name="enough"/> where it is no less.</summary>
    private static double Distance(ReadOnlySpan<double> a, ReadOnlySpan<double> b, double enough)
    {
        double most = 0;
        for (int q = 0; q < a.Length && most < enough; q++)
        {
            most = Math.Max(most, Math.Abs(a[q] - b[q]));
        }

        return most;
    }

    private static int Oldest(ReadOnlySpan<double> used)
    {
        int oldest = 0;
        for (int k = 1; k < used.Length; k++)
        {
            oldest = used[k] < used[oldest] ? k : oldest;
        }

        return oldest;
    }
}
