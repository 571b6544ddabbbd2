namespace Pallium.Inference;

/// <summary>How anomalous a value of a stream was.</summary>
/// <param name="Score">1 - exp(-surprise) in [0, 1), where the surprise stands out from those of the recent past; else 0. 0 while learning.</param>
/// <param name="Level">Surprise at the levels, the means over the last slices, in nats.</param>
/// <param name="Clock">Surprise at what the time of day and week did not lead to expect, in nats; 0 without dates.</param>
/// <param name="Shape">Surprise at the shape of the last slices, in nats.</param>
public readonly record struct Anomaly(double Score, double Level, double Clock, double Shape)
{
    /// <summary>The whole surprise, in nats.</summary>
    public double Surprise => Level + Clock + Shape;
}
