namespace Pallium.Inference;

/// <summary>How <see cref="WorldModel.Convert"/> replaces layers.</summary>
public sealed record ConversionOptions
{
    /// <summary>Which of the layers of the kind, from 1 in the order of the stack's text, each repeat by itself; null: all.</summary>
    public IReadOnlyList<int>? Layers { get; init; }

    /// <summary>Updates at the most of each of the two stages of each layer, at least 1.</summary>
    public int Updates { get; init; } = 300;

    /// <summary>Learning rate of the first stage, positive; the second learns at a third of it.</summary>
    public double Rate { get; init; } = 3e-3;

    /// <summary>Seed of all randomness. Same seed, same bits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>Data to measure the loss on; null: what of the data is held back.</summary>
    public Frame? Test { get; init; }

    /// <summary>How the model is tested before and after.</summary>
    public EvaluateOptions Evaluation { get; init; } = new();
}

/// <summary>A model some of whose layers were replaced, and what that was measured to cost.</summary>
/// <param name="Model">The new model.</param>
/// <param name="Steps">What became of each layer, in the order of the work.</param>
/// <param name="TeacherLoss">Validation loss of the network before, in nats per cell, over the same questions as those of the steps.</param>
/// <param name="Before">The test of the model before.</param>
/// <param name="After">The same test, with the same random numbers, of the new one.</param>
/// <param name="Loss">The measure.</param>
/// <param name="Warnings">Sentences.</param>
public sealed record Conversion(
    WorldModel Model, IReadOnlyList<ConversionStep> Steps, double TeacherLoss, Evaluation Before, Evaluation After, MeasuredLoss Loss, IReadOnlyList<string> Warnings);

/// <summary>One layer replaced, in two stages.</summary>
/// <param name="Layer">Which of the layers of its kind, from 1.</param>
/// <param name="Old">The old layer, in text.</param>
/// <param name="New">The new one.</param>
/// <param name="StartError">Mean square error of the new layer's outputs as a share of the mean square of the old one's, on the validation part, before the first stage.</param>
/// <param name="Error">The same, after it.</param>
/// <param name="ExchangedLoss">Validation loss, in nats per cell, with the new layer in the old one's place.</param>
/// <param name="Loss">The same after the second stage, in which the whole network learned on.</param>
public sealed record ConversionStep(int Layer, string Old, string New, double StartError, double Error, double ExchangedLoss, double Loss);

/// <summary>How far a conversion has come.</summary>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="Share">How much of the whole is done, in [0, 1].</param>
/// <param name="Loss">Last validation loss in nats per cell; of the first stage the share of the error; NaN before there is one.</param>
/// <param name="TeacherLoss">That of the network before, for comparison; NaN where there is nothing to compare.</param>
public readonly record struct ConversionProgress(string Phase, double Share, double Loss, double TeacherLoss);
