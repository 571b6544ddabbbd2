namespace Pallium.Inference;

/// <summary>What Langevin chains found.</summary>
/// <param name="Chains">Kept states, [chains][steps][dimension].</param>
internal sealed record LangevinResult(double[][][] Chains)
{
    /// <summary>Mean probability of acceptance after the warm-up.</summary>
    public required double Acceptance { get; init; }

    /// <summary>ε, in units of the preconditioner's deviations.</summary>
    public required double StepSize { get; init; }

    /// <summary>Worth of all draws in independent ones, per coordinate.</summary>
    public required IReadOnlyList<double> EffectiveSampleSizes { get; init; }

    /// <summary>Monte Carlo standard error of the mean, per coordinate.</summary>
    public required IReadOnlyList<double> StandardErrors { get; init; }

    /// <summary>R̂ per coordinate: near 1 where the chains agree.</summary>
    public required IReadOnlyList<double> ScaleReductions { get; init; }
}
