using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>The numbers that a network computes in.</summary>
public enum Precision
{
    /// <summary>32-bit floating point: fast.</summary>
    Single,

    /// <summary>64-bit floating point: for checks and high-precision learning.</summary>
    Double,
}

/// <summary>How a <see cref="WorldModel"/> learns.</summary>
public sealed record LearnOptions
{
    /// <summary>The trunk, in stack text such as <c>liquid(64)</c> or <c>lstm(32)x2</c>; <c>none</c> leaves the closed-form base alone.</summary>
    public string Stack { get; init; } = "liquid(64)";

    /// <summary>Times that learning goes over the data at the most; null: as many as fit about a thousand updates.</summary>
    public int? Epochs { get; init; }

    /// <summary>Seed of all randomness. Same seed, same bits.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;

    /// <summary>What the network computes in.</summary>
    public Precision Precision { get; init; } = Precision.Single;

    /// <summary>
    /// What the network's weights are stored as: it learns with them so rounded, and the model has the rounded ones. Null: as they are. Going on learning
    /// keeps what the model has.
    /// </summary>
    public WeightFormat? Weights { get; init; }

    /// <summary>Components of each mixture, at least 1.</summary>
    public int Components { get; init; } = 3;

    /// <summary>Width of the head, at least 8.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Learning rate after warm-up, positive; tables learn at twice that.</summary>
    public double Rate { get; init; } = 3e-3;

    /// <summary>Decoupled weight decay, at least 0.</summary>
    public double WeightDecay { get; init; } = 0.02;

    /// <summary>
    /// Experts that learning on adds to every mixture of experts of the stack for the new data, while all weights there are stay as they are, to the bit; 0: none, all weights
    /// learn on.
    /// </summary>
    public int GrowExperts { get; init; }

    /// <summary>
    /// Adapters that learning on puts before the stack's first layer and after every one for the new data, of as large a rank as keeps them below 1 % of the weights, while all
    /// weights there are stay as they are, to the bit; 0: none.
    /// </summary>
    public int Adapters { get; init; }

    /// <summary>Share of the end of every series that is the test, never seen in learning, in [0, 0.9]; 0 where a test file is kept apart.</summary>
    public double TestShare { get; init; }
}

/// <summary>How far learning has come.</summary>
/// <param name="Phase">What is being done, in words.</param>
/// <param name="Share">How much of the whole is done, in [0, 1].</param>
/// <param name="Loss">Running learning loss in nats per cell; NaN before the network learns.</param>
/// <param name="ValidationLoss">Last validation loss in nats per cell; NaN before the network learns.</param>
/// <param name="SlicesPerSecond">Slices learned from per second; 0 before the network learns.</param>
/// <param name="Left">Time left at the present rate, at the most: early stopping may end sooner.</param>
public readonly record struct LearnProgress(string Phase, double Share, double Loss, double ValidationLoss, double SlicesPerSecond, TimeSpan Left);
