namespace Pallium.Inference;

/// <summary>One slice of a stream: what all channels say at one time.</summary>
/// <param name="Time">The stamp, as in <see cref="Series.Times"/>.</param>
/// <param name="Values">One value per channel; NaN is a hole.</param>
public sealed record Slice(double Time, double[] Values)
{
    /// <summary>The name of the slice's series; empty where there is only one.</summary>
    public string Series { get; init; } = "";

    /// <summary>One value per static column; NaN is unknown.</summary>
    public double[] Static { get; init; } = [];

    /// <summary>The line of its source where the slice begins, from 1; 0 without a source.</summary>
    public int Line { get; init; }

    /// <summary>The row's own texts, for writing it out again; null unless asked for.</summary>
    internal string[]? Cells { get; init; }

    /// <summary>Whether values come from several rows, so that <see cref="Cells"/> are not theirs.</summary>
    internal bool Merged { get; init; }
}
