namespace Pallium.Layers;

/// <summary>Channels cut into groups of equally many consecutive ones, such as heads.</summary>
internal static class ChannelGroups
{
    /// <summary>Channels of a group.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A number is not positive.</exception>
    /// <exception cref="ArgumentException">The groups do not divide the channels.</exception>
    public static int Width(int channels, int groups)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        return channels % groups == 0
            ? channels / groups
            : throw new ArgumentException($"Found {channels} channels in {groups} groups, expected a number of groups that divides the channels.", nameof(groups));
    }
}
