namespace Pallium.Inference;

/// <summary>How a <see cref="MetropolisLangevin"/> runs.</summary>
internal sealed record LangevinOptions
{
    /// <summary>Steps of each chain in which the step size is adapted and nothing is kept.</summary>
    public int WarmUp { get; init; } = 100;

    /// <summary>Steps of each chain that are kept.</summary>
    public int Steps { get; init; } = 100;

    /// <summary>Acceptance that the step size is adapted to: 0.574 is best in many dimensions (Roberts and Rosenthal 1998).</summary>
    public double Acceptance { get; init; } = 0.574;
}
