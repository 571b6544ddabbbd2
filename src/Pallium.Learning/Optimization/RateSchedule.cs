using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>How a learning rate falls after its warm-up.</summary>
public enum RateForm
{
    /// <summary>Not at all, then by 1 - √progress over a last part; learning can be prolonged until that begins. Hägele et al., NeurIPS 2024.</summary>
    Constant,

    /// <summary>By (1 + cos(π progress))/2 from the first update to the last. Loshchilov and Hutter, ICLR 2017, eq. 5, one period, to 0.</summary>
    Cosine,
}

/// <summary>Learning rate over the course of learning: linear warm-up, then constant with a cool-down, or a cosine.</summary>
/// <param name="Rate">The greatest rate, positive.</param>
public sealed record RateSchedule(double Rate)
{
    /// <summary>How the rate falls.</summary>
    public RateForm Form { get; init; }

    /// <summary>Steps of warm-up.</summary>
    public int WarmUp { get; init; } = 50;

    /// <summary>Share of all steps that the cool-down takes at the end, in [0, 1]; a cosine has none.</summary>
    public double CoolDown { get; init; } = 0.2;

    /// <summary>The rate of update <paramref name="step"/> (from 0) out of <paramref name="steps"/>.</summary>
    public double At(long step, long steps)
    {
        double warm = Math.Min(1, (step + 1) / (double)Math.Max(1, WarmUp));
        return Rate * warm * (Form == RateForm.Cosine ? Cosine(step / (double)Math.Max(1, steps)) : Constant(step, steps));
    }

    private double Constant(long step, long steps)
    {
        double start = steps * (1 - CoolDown);
        return step <= start ? 1 : 1 - Math.Sqrt((step - start) / Math.Max(1, steps - start));
    }

    private static double Cosine(double progress) => (1 + Elementary.Cos(Math.PI * progress)) / 2;
}
