namespace Pallium.Layers;

/// <summary>What a <see cref="ChannelGate{T}"/> is made from.</summary>
/// <param name="Channels">Channels of x and y.</param>
public sealed record ChannelGateOptions(int Channels)
{
    /// <summary>The group of each channel, [C], from 0 without gaps: channels of a group are kept or dropped together. Null: each is a group.</summary>
    public IReadOnlyList<int>? Groups { get; init; }

    /// <summary>What a group that is let through costs, per slice and in units of the loss, at least 0.</summary>
    public double Price { get; init; } = 0.01;

    /// <summary>Temperature at the beginning of learning, positive.</summary>
    public double FirstTemperature { get; init; } = 2;

    /// <summary>Temperature at the end of learning, positive.</summary>
    public double LastTemperature { get; init; } = 0.2;
}
