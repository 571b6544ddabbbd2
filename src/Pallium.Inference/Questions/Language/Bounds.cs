namespace Pallium.Inference;

/// <summary>The numbers from a low to a high one, ends included unless they are open.</summary>
internal readonly record struct Bounds(double Low, double High, bool LowOpen = false, bool HighOpen = false)
{
    /// <summary>What a comparison with a number leaves.</summary>
    public static Bounds Of(Operation comparison, double number) => comparison switch
    {
        Operation.Equal => new(number, number),
        Operation.Less or Operation.LessOrEqual => new(double.NegativeInfinity, number, HighOpen: comparison == Operation.Less),
        _ => new(number, double.PositiveInfinity, LowOpen: comparison == Operation.Greater),
    };

    /// <summary>The bounds of x where these are the bounds of factor · x.</summary>
    public Bounds DividedBy(double factor) => factor > 0
        ? new(Low / factor, High / factor, LowOpen, HighOpen)
        : new(High / factor, Low / factor, HighOpen, LowOpen);

    /// <summary>Closed bounds that leave the same recorded values of a channel: below 3 on a grid of 0.1 is up to 2.9.</summary>
    public Bounds OnGrid(Channel channel) => new(
        LowOpen && double.IsFinite(Low) ? Step(channel, Low, 1) : Low, HighOpen && double.IsFinite(High) ? Step(channel, High, -1) : High);

    /// <summary>Whether a value lies within.</summary>
    public bool Holds(double value) => (LowOpen ? value > Low : value >= Low) && (HighOpen ? value < High : value <= High);

    /// <summary>The nearest value of a channel's grid that lies above (1) or below (-1) a number.</summary>
    private static double Step(Channel channel, double number, int direction)
    {
        double nearest = Math.Round(number / channel.Resolution);
        double value = (channel with { Kind = ChannelKind.Real }).Round(nearest * channel.Resolution);
        return direction * (value - number) > 0 ? value : (channel with { Kind = ChannelKind.Real }).Round((nearest + direction) * channel.Resolution);
    }
}
