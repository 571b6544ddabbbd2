using System.Text.Json.Serialization;

namespace Pallium.Inference;

/// <summary>What changing a model was measured to cost, on the same data with the same random numbers before and after.</summary>
public record MeasuredLoss
{
    /// <summary>What it was measured on.</summary>
    public required string Source { get; init; }

    /// <summary>Nats per cell of the next slice given its past, mean over channels, before.</summary>
    public required double LogLossBefore { get; init; }

    /// <summary>The same, after.</summary>
    public required double LogLossAfter { get; init; }

    /// <summary>
    /// How much larger the errors of forecasts became, as a share: geometric mean over channels of the ratios of root mean squared errors (of Brier
    /// scores for categories), minus 1. NaN where nothing was forecast.
    /// </summary>
    public required double ErrorIncrease { get; init; }

    /// <summary>How much less likely the data became, as a share per cell: exp(after - before) - 1 of the log losses.</summary>
    public required double LikelihoodLoss { get; init; }

    /// <summary>The larger of <see cref="LikelihoodLoss"/> and <see cref="ErrorIncrease"/>: what a tolerance is compared with. Negative where both became better.</summary>
    [JsonIgnore]
    public double Loss => double.IsNaN(ErrorIncrease) ? LikelihoodLoss : Math.Max(LikelihoodLoss, ErrorIncrease);
}
