using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>What an action may be: a number between bounds, or one of the outcomes from <paramref name="Low"/> to <paramref name="High"/>.</summary>
/// <param name="Channel">The channel that is acted on.</param>
/// <param name="Low">Least value.</param>
/// <param name="High">Largest value.</param>
internal sealed record ActionRange(Channel Channel, double Low, double High)
{
    /// <summary>Outcomes to choose from; 0 for a number.</summary>
    public int Outcomes => Channel.IsNumeric ? 0 : (int)(High - Low) + 1;

    /// <summary>The nearest value that can be done: on the channel's grid, within the bounds.</summary>
    public double Limit(double value) => Math.Clamp(Channel.Round(value), Low, High);

    /// <summary>Any value, all alike.</summary>
    public double Draw(ref Rng rng) => Channel.IsNumeric ? Limit(Low + ((High - Low) * rng.Uniform())) : Low + rng.Below(Outcomes);
}
