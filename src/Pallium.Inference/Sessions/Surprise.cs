namespace Pallium.Inference;

/// <summary>How unexpected a slice was.</summary>
/// <param name="Total">-log p(observed cells | past), in nats; 0 where nothing was observed.</param>
/// <param name="Channels">-log p(cell | past, all other cells of the slice), in nats; NaN for holes.</param>
/// <param name="TailProbability">How often the model itself expects to be at least so surprised, in (0, 1].</param>
public sealed record Surprise(double Total, IReadOnlyList<double> Channels, double TailProbability)
{
    /// <summary>What the model expected of each of <see cref="Channels"/>, in nats: finely resolved channels cost more nats without being to blame.</summary>
    public required IReadOnlyList<double> Expected { get; init; }

    /// <summary>Index of the channel that is most surprising beyond what was expected of it; -1 where nothing was observed.</summary>
    public int Worst
    {
        get
        {
            int worst = -1;
            for (int c = 0; c < Channels.Count; c++)
            {
                if (!double.IsNaN(Channels[c]) && (worst < 0 || Channels[c] - Expected[c] > Channels[worst] - Expected[worst]))
                {
                    worst = c;
                }
            }

            return worst;
        }
    }
}
