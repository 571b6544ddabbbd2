namespace Pallium.Inference;

/// <summary>What a frame's columns are: all that is needed to read another file in the same way.</summary>
/// <param name="Channels">The channels, in the order of values.</param>
public sealed record FrameSchema(IReadOnlyList<Channel> Channels)
{
    /// <summary>The static columns: real, binary or categorical inputs that are constant within a series.</summary>
    public IReadOnlyList<Channel> Statics { get; init; } = [];

    /// <summary>How time is measured.</summary>
    public TimeAxis Time { get; init; } = TimeAxis.None;

    /// <summary>The name of the column that names the series; null where there is one series.</summary>
    public string? SeriesColumn { get; init; }

    /// <summary>Whether rows are independent, without time.</summary>
    public bool IsTable { get; init; }

    /// <summary>The index of a channel by its name; -1 where there is none.</summary>
    public int IndexOf(string name)
    {
        for (int c = 0; c < Channels.Count; c++)
        {
            if (Channels[c].Name == name)
            {
                return c;
            }
        }

        return -1;
    }
}
