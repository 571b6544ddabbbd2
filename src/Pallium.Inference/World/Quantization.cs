namespace Pallium.Inference;

/// <summary>A model with rounded weights, and what the rounding was measured to cost.</summary>
/// <param name="Model">The new model.</param>
/// <param name="Before">The test of the model before.</param>
/// <param name="After">The same test, with the same random numbers, of the new one.</param>
/// <param name="Record">The measure, as the new model remembers it.</param>
public sealed record Quantization(WorldModel Model, Evaluation Before, Evaluation After, QuantizationRecord Record);

/// <summary>What rounding a model's weights was measured to cost.</summary>
public sealed record QuantizationRecord : MeasuredLoss
{
    /// <summary>What the weights are stored as.</summary>
    public required string Weights { get; init; }
}
