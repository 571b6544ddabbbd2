namespace Pallium.Learning;

/// <summary>Learning rate over the course of learning: linear warm-up, constant, then a cool-down of 1 - √progress.</summary>
/// <remarks>Source of the cool-down's form: Hägele et al., NeurIPS 2024.</remarks>
/// <param name="Rate">The constant rate, positive.</param>
public sealed record RateSchedule(double Rate)
{
    /// <summary>Steps of warm-up.</summary>
    public int WarmUp { get; init; } = 50;

    /// <summary>Share of all steps that the cool-down takes at the end, in [0, 1].</summary>
    public double CoolDown { get; init; } = 0.2;

    /// <summary>The rate of update <paramref name="step"/> (from 0) out of <paramref name="steps"/>.</summary>
    public double At(long step, long steps)
    {
        double warm = Math.Min(1, (step + 1) / (double)Math.Max(1, WarmUp));
        double start = steps * (1 - CoolDown);
        double cool = step <= start ? 1 : 1 - Math.Sqrt((step - start) / Math.Max(1, steps - start));
        return Rate * warm * cool;
    }
}
