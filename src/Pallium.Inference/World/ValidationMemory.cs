namespace Pallium.Inference;

/// <summary>A stretch of data that a model keeps, to check later that old skill stays.</summary>
internal sealed class ValidationMemory
{
    private const int MostSlices = 2048;
    private const int History = 640;

    /// <summary>Keeps the longest validation stretch (its end, where it is very long) and what came before it.</summary>
    public ValidationMemory(Frame frame, IReadOnlyList<Stretch> validation)
    {
        Source = frame.Source;
        Stretch longest = validation.MaxBy(stretch => stretch.Length);
        Series series = frame.Series[longest.Series];
        int scored = Math.Max(longest.From, longest.To - MostSlices);
        int from = Math.Max(0, scored - History);
        Series = series.Part(from, longest.To);
        ScoredFrom = scored - from;
    }

    public ValidationMemory(string source, Series series, int scoredFrom)
    {
        Source = source;
        Series = series;
        ScoredFrom = scoredFrom;
    }

    /// <summary>Where the data came from.</summary>
    public string Source { get; }

    public Series Series { get; }

    /// <summary>The first slice that is scored; those before are history.</summary>
    public int ScoredFrom { get; }
}
