namespace Pallium.Inference;

/// <summary>What shape the covariance of a layer's errors has.</summary>
public enum PrecisionForm
{
    /// <summary>Any covariance.</summary>
    Full,

    /// <summary>Errors of different nodes are independent: what nodes share has to be explained from above.</summary>
    Diagonal,
}

/// <summary>What a <see cref="PredictiveCodingGraph"/> is made from, and how it learns.</summary>
public sealed record PredictiveCodingOptions
{
    /// <summary>Nodes of the layers above the channels, from the bottom up.</summary>
    public IReadOnlyList<int> Latents { get; init; } = [8, 4];

    /// <summary>f of the predictions of latent layers; channels, which may be large, are predicted linearly.</summary>
    public Activation Activation { get; init; } = Activation.Tanh;

    /// <summary>The shape of Π of every layer.</summary>
    public PrecisionForm Precision { get; init; } = PrecisionForm.Full;

    /// <summary>Share of the local step that a pass takes, in (0, 1]; 1 is the exact maximisation in a linear graph.</summary>
    public double LearningRate { get; init; } = 1;

    /// <summary>Passes over the table, at most.</summary>
    public int Passes { get; init; } = 100;

    /// <summary>Fall of the mean free energy of a row, in nats, under which learning stops.</summary>
    public double Tolerance { get; init; } = 1e-5;

    /// <summary>Variance that is added to every error's, in squared z-scores, positive.</summary>
    public double Floor { get; init; } = 1e-3;

    /// <summary>Largest change of a node in a step at which it counts as settled.</summary>
    public double SettleTolerance { get; init; } = 1e-10;

    /// <summary>Steps of settling, at most.</summary>
    public int SettleSteps { get; init; } = 100;

    /// <summary>Seed of the first weights.</summary>
    public ulong Seed { get; init; } = 1;

    internal void Check()
    {
        if (Latents.Count == 0 || Latents.Any(size => size < 1))
        {
            throw new ArgumentException($"Found latent layers of {string.Join(", ", Latents)} nodes, expected at least one layer, each of at least one node.");
        }

        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(LearningRate);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(LearningRate, 1);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Passes);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(Floor);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SettleTolerance);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(SettleSteps);
    }
}
