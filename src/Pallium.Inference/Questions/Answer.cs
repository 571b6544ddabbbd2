namespace Pallium.Inference;

/// <summary>What is believed about the cells of a question, and how sure that is.</summary>
/// <param name="Cells">One posterior per asked cell, in the question's order.</param>
public record Answer(IReadOnlyList<Posterior> Cells)
{
    /// <summary>Probabilities of the question's events.</summary>
    public IReadOnlyList<double> Events { get; init; } = [];

    /// <summary>
    /// Monte Carlo standard errors of <see cref="Events"/>; zero where nothing was drawn, and also where none of the draws, or all of them, fulfil the event:
    /// then its probability is within about 1/<see cref="EffectiveSampleSize"/> of 0 or 1.
    /// </summary>
    public IReadOnlyList<double> EventErrors { get; init; } = [];

    /// <summary>
    /// log p(clamps | history), in nats: of equalities the mass of the rounding interval where the model knows resolutions, else the density; of
    /// intervals and sets their probability.
    /// </summary>
    public double LogEvidence { get; init; }

    /// <summary>Samples that were drawn; 0 for an answer in closed form or in one pass.</summary>
    public int Effort { get; init; }

    /// <summary>How many independent samples those that were drawn are worth, at the cell where they are worth least; ∞ for an exact answer.</summary>
    public double EffectiveSampleSize { get; init; } = double.PositiveInfinity;

    /// <summary>Monte Carlo standard error of the mean of each asked cell (NaN for a categorical one); zero where nothing was drawn.</summary>
    public IReadOnlyList<double> StandardErrors { get; init; } = [];

    /// <summary>The conditional sweeps that the answer rests on, since the paths of the first run had collapsed; null: there were none.</summary>
    public SweepReport? Sweeps { get; init; }

    /// <summary>Joint draws of the asked cells, equally weighted, [draws][asked]; empty where nothing was drawn.</summary>
    public IReadOnlyList<double[]> Samples { get; init; } = [];

    /// <summary>What should be known about the answer, in sentences: that sampling degenerated and how much more effort would help, that nothing informs it.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Conditional sweeps (particle Gibbs): runs of a few paths beside one that is kept, which follow where the paths of one run have hardly any common beginnings left.</summary>
/// <param name="Count">Sweeps.</param>
/// <param name="Tried">Other pasts of kept paths whose whole future was run again.</param>
/// <param name="Accepted">Those of them that were taken.</param>
/// <param name="Extra">What finding other pasts cost, in paths: not part of <see cref="Answer.Effort"/>.</param>
public sealed record SweepReport(int Count, int Tried, int Accepted, double Extra);
