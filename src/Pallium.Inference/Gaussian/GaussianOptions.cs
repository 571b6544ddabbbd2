namespace Pallium.Inference;

/// <summary>How a <see cref="GaussianModel"/> is fitted.</summary>
public sealed record GaussianOptions
{
    /// <summary>Numbers of the state; null: the one of <see cref="Candidates"/> with the least BIC. Of a table always 0.</summary>
    public int? StateSize { get; init; }

    /// <summary>State sizes that are tried, ascending, until the BIC has risen twice.</summary>
    public IReadOnlyList<int> Candidates { get; init; } = [1, 2, 3, 4, 6, 8, 12];

    /// <summary>Passes over the data at most for the model that is kept; at least 1.</summary>
    public int MostPasses { get; init; } = 500;

    /// <summary>Fitting ends when a cycle of three passes gains no more than this, in nats per seen cell.</summary>
    public double Tolerance { get; init; } = 1e-6;
}

/// <summary>How a fit went.</summary>
/// <param name="LogLikelihoods">log density of all seen cells after each pass, in nats in the channels' units; never falling.</param>
/// <param name="Converged">Whether the last cycle gained no more than the tolerance.</param>
public sealed record GaussianFitRecord(IReadOnlyList<double> LogLikelihoods, bool Converged)
{
    /// <summary>The Bayesian information criterion of each state size that was tried: -2·log likelihood + parameters·log(slices).</summary>
    public IReadOnlyList<(int StateSize, double Bic)> Candidates { get; init; } = [];
}
