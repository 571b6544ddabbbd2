namespace Pallium.Inference;

/// <summary>How a model is tested.</summary>
public sealed record EvaluateOptions
{
    /// <summary>Slices ahead that are tested.</summary>
    public int Horizon { get; init; } = 24;

    /// <summary>Slices between two origins of forecasts; null: so that about 200 origins fit.</summary>
    public int? Stride { get; init; }

    /// <summary>Sampled paths per origin.</summary>
    public int Paths { get; init; } = 128;

    /// <summary>Seed of the paths.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>History to run over before the test begins; null: the test's own first slices are its only past.</summary>
    public Frame? After { get; init; }

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>Scores of one forecaster for one channel, over all origins and horizons.</summary>
/// <param name="Error">Root mean squared error of the mean, in the channel's units; for categories the share of wrong most-likely answers.</param>
/// <param name="MeanAbsoluteError">Mean absolute error of the median; for categories as <paramref name="Error"/>.</param>
/// <param name="Crps">Continuous ranked probability score, in the channel's units; for categories the Brier score.</param>
/// <param name="Coverage">Share of cells inside the central 90 % interval (randomised at atoms); NaN where there is none.</param>
/// <param name="Cells">Cells scored.</param>
public readonly record struct Scores(double Error, double MeanAbsoluteError, double Crps, double Coverage, long Cells);

/// <summary>How a model and its rivals did on one channel.</summary>
/// <param name="Channel">Which channel.</param>
/// <param name="Model">The model, rolled out.</param>
/// <param name="LogLoss">Nats per cell of the next slice given its past, cells in random order.</param>
/// <param name="ConditionalLogLoss">Nats per cell given the past and all other cells of the slice.</param>
/// <param name="Persistence">The last value, with the spread of its training residuals at each horizon.</param>
/// <param name="Seasonal">The value one season ago, likewise.</param>
/// <param name="Autoregression">Ridge autoregression, likewise.</param>
public sealed record ChannelEvaluation(
    Channel Channel, Scores Model, double LogLoss, double ConditionalLogLoss, Scores Persistence, Scores Seasonal, Scores Autoregression);

/// <summary>How a model and its rivals did on a frame.</summary>
/// <param name="Channels">Per channel.</param>
/// <param name="Coverage">Share of cells inside the model's central 90 % interval, pooled over channels and horizons.</param>
/// <param name="CoverageCells">Cells that it was measured on.</param>
/// <param name="Origins">Origins of forecasts.</param>
/// <param name="Horizon">Slices ahead.</param>
/// <param name="Season">Slices in a season of the seasonal-naive baseline.</param>
/// <param name="OrderDisagreement">Mean spread, in nats per slice, of the joint likelihood between orders of the chain rule.</param>
public sealed record Evaluation(
    IReadOnlyList<ChannelEvaluation> Channels, double Coverage, long CoverageCells, long Origins, int Horizon, int Season, double OrderDisagreement);
