namespace Pallium.Inference;

/// <summary>A run of slices that a network reads from a fresh state; the last ones are asked about.</summary>
/// <param name="Series">Index of the series.</param>
/// <param name="Asked">The first slice asked about.</param>
/// <param name="End">The slice after the last.</param>
internal readonly record struct SelectionWindow(int Series, int Asked, int End)
{
    /// <summary>Windows of at most so many slices that ask about each slice of a stretch once; all but a series' first read slices before as well.</summary>
    /// <param name="stretch">The slices.</param>
    /// <param name="steps">Slices read.</param>
    /// <param name="stride">Slices asked about.</param>
    public static IEnumerable<SelectionWindow> Over(Stretch stretch, int steps, int stride)
    {
        int asked = stretch.From;
        while (asked < stretch.To)
        {
            int end = Math.Min(stretch.To, asked == 0 ? steps : asked + stride);
            yield return new SelectionWindow(stretch.Series, asked, end);
            asked = end;
        }
    }
}
