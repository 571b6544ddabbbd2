namespace Pallium.Inference;

/// <summary>Finds the channels that a user names, by name or by the whole header.</summary>
public static class ChannelNames
{
    /// <summary>The index of a column; -1 where there is none.</summary>
    public static int Find(IReadOnlyList<Channel> columns, string name)
    {
        ArgumentNullException.ThrowIfNull(columns);
        for (int c = 0; c < columns.Count; c++)
        {
            if (columns[c].Name == name || columns[c].Header == name)
            {
                return c;
            }
        }

        return -1;
    }

    /// <summary>The index of the channel that is named.</summary>
    /// <param name="schema">The model's columns.</param>
    /// <param name="name">What the user wrote.</param>
    /// <param name="where">What errors call its place, such as <c>Option --infer</c>.</param>
    /// <exception cref="InputException">The model has no such channel.</exception>
    public static int Require(FrameSchema schema, string name, string where)
    {
        ArgumentNullException.ThrowIfNull(schema);
        ArgumentNullException.ThrowIfNull(name);
        int channel = Find(schema.Channels, name);
        if (channel >= 0)
        {
            return channel;
        }

        string[] names = [.. schema.Channels.Select(c => c.Name)];
        string? near = NearestName.Find(name, names);
        throw new InputException($"{where}: found {InputException.Quote(name)}, which is no channel of the model, expected "
            + (near != null ? $"a channel such as '{near}'." : $"one of {string.Join(", ", names)}."));
    }
}
