namespace Pallium.Cli;

/// <summary>Finds the channels that options name, by name or by the whole header.</summary>
internal static class ChannelNames
{
    /// <summary>The index of a column; -1 where there is none.</summary>
    public static int Find(IReadOnlyList<Channel> columns, string name)
    {
        for (int c = 0; c < columns.Count; c++)
        {
            if (columns[c].Name == name || columns[c].Header == name)
            {
                return c;
            }
        }

        return -1;
    }

    /// <summary>The channel that an option names.</summary>
    /// <exception cref="InputException">The model has no such channel.</exception>
    public static Channel Require(FrameSchema schema, string name, string option)
    {
        int channel = Find(schema.Channels, name);
        if (channel >= 0)
        {
            return schema.Channels[channel];
        }

        string[] names = [.. schema.Channels.Select(c => c.Name)];
        string? near = NearestName.Find(name, names);
        throw new InputException($"Option {option}: found '{name}', which is no channel of the model, expected "
            + (near != null ? $"a channel such as '{near}'." : $"one of {string.Join(", ", names)}."));
    }
}
