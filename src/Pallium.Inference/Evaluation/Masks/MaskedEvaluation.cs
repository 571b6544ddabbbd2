namespace Pallium.Inference;

/// <summary>How a model is tested on random clamp sets.</summary>
public sealed record MaskOptions
{
    /// <summary>Clamp sets that are drawn; one that is drawn twice counts twice.</summary>
    public int Masks { get; init; } = 1000;

    /// <summary>Slices of the test that every set is asked about.</summary>
    public int Slices { get; init; } = 200;

    /// <summary>Seed of sets and slices.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>What came before the test; null: the test's own first slices are its only past.</summary>
    public Frame? After { get; init; }

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>Scores of one who answers, pooled over all cells that are not given.</summary>
/// <param name="Error">
/// Root of the mean of (squared error) / (squared error of the training mean): 1 says as good as no answer. Of a category the squared error is the Brier score.
/// </param>
/// <param name="LogLoss">Nats per cell.</param>
/// <param name="Coverage">Share of numeric cells inside the central 90 % interval (randomised at atoms); NaN where there are none.</param>
/// <param name="CoverageCells">How many they are.</param>
public readonly record struct MaskScores(double Error, double LogLoss, double Coverage, long CoverageCells);

/// <summary>How one clamp set was answered.</summary>
/// <param name="Given">The channels that were given beside the past.</param>
/// <param name="Times">How often it was drawn.</param>
/// <param name="Model">The model, the same for all sets.</param>
/// <param name="Ridge">Ridge regression fitted for this set.</param>
/// <param name="Neighbours">Nearest neighbours in the cells of this set.</param>
public sealed record ClampSetScores(IReadOnlyList<Channel> Given, int Times, MaskScores Model, MaskScores Ridge, MaskScores Neighbours)
{
    /// <summary>Whether the model's error is at most that of the better of the two baselines.</summary>
    public bool Won => Model.Error <= Math.Min(Ridge.Error, Neighbours.Error);
}

/// <summary>How a model answered random clamp sets, beside baselines that were fitted for each of them.</summary>
/// <remarks>
/// A set is given in every slice that is asked about, together with the past; everything else of the slice is asked for. The baselines see the same cells, the past
/// as far as the last eight slices, and are fitted to all training data: <see cref="SetRidge"/> and <see cref="SetNeighbours"/>.
/// </remarks>
/// <param name="Sets">Distinct sets, in the order of their first draws.</param>
/// <param name="Slices">Slices that each was asked about.</param>
public sealed record MaskedEvaluation(IReadOnlyList<ClampSetScores> Sets, int Slices)
{
    /// <summary>Sets that were drawn.</summary>
    public int Draws => Sets.Sum(set => set.Times);

    /// <summary>Share of the draws that the model won.</summary>
    public double Won => (double)Sets.Where(set => set.Won).Sum(set => set.Times) / Draws;

    /// <summary>Share of numeric cells inside the model's 90 % intervals, pooled over draws.</summary>
    public double Coverage => Pooled(set => set.Model.Coverage * set.Model.CoverageCells) / Pooled(set => set.Model.CoverageCells);

    /// <summary>Tests a model on random clamp sets.</summary>
    /// <param name="model">The model.</param>
    /// <param name="test">The slices to test on, which the model has not seen.</param>
    /// <param name="training">What the model has learned from, for the baselines.</param>
    /// <param name="options">How it is tested.</param>
    /// <param name="progress">Told the share done.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="InputException">A frame does not fit the model, a history does not end before its test, there is too little data, or an option is out of range.</exception>
    public static MaskedEvaluation Run(
        WorldModel model, Frame test, Frame training, MaskOptions? options = null, IProgress<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(test);
        ArgumentNullException.ThrowIfNull(training);
        return new MaskedTest(model, options ?? new MaskOptions()).Run(test, training, progress, cancellation);
    }

    private double Pooled(Func<ClampSetScores, double> pick) => Sets.Sum(set => set.Model.CoverageCells == 0 ? 0 : set.Times * pick(set));
}
