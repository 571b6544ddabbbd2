using System.Text.Json.Serialization;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>One learning run, as a model remembers it.</summary>
public sealed record LearningRun
{
    /// <summary>Name of the data.</summary>
    public required string Source { get; init; }

    /// <summary>Slices learned from.</summary>
    public required int Slices { get; init; }

    /// <summary>Updates done, and the update whose weights were kept.</summary>
    public required long Steps { get; init; }

    /// <summary>The update whose weights were kept.</summary>
    public required long BestStep { get; init; }

    /// <summary>Validation loss of the base alone, nats per cell.</summary>
    public required double BaseLoss { get; init; }

    /// <summary>Validation loss with the network, nats per cell.</summary>
    public required double Loss { get; init; }

    /// <summary>Where learning diverged and was taken back, in words.</summary>
    public IReadOnlyList<string> Divergences { get; init; } = [];

    /// <summary>Whether it diverged too often to go on, and ended with the best weights.</summary>
    public bool Diverged { get; init; }

    /// <summary>Seed of the run.</summary>
    public ulong Seed { get; init; }

    /// <summary>Whether it was stopped before its end.</summary>
    public bool Cancelled { get; init; }

    /// <summary>Which stages of a curriculum ended, when and why, in sentences; null: there was no curriculum.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public IReadOnlyList<string>? Stages { get; init; }

    internal static LearningRun Of(string source, int slices, TrainingOutcome outcome, ulong seed) => new()
    {
        Source = Path.GetFileName(source),
        Slices = slices,
        Steps = outcome.Steps,
        BestStep = outcome.BestStep,
        BaseLoss = outcome.StartLoss,
        Loss = outcome.BestLoss,
        Divergences = outcome.Divergences,
        Diverged = outcome.Diverged,
        Cancelled = outcome.Cancelled,
        Seed = seed,
    };
}

/// <summary>What base and network contribute to one channel, measured on the validation part.</summary>
/// <param name="Channel">Which channel.</param>
/// <param name="BaseLoss">Nats per cell of the base alone, over random questions, a fifth of them without a past.</param>
/// <param name="Loss">Nats per cell of the model.</param>
/// <param name="NetworkShare">Weight of the network in the channel's distribution, in [0, 1].</param>
/// <param name="MeanShare">λ: how much of the network's correction of the mean is used, in [0, 1]; NaN for categories.</param>
public sealed record ChannelContribution(Channel Channel, double BaseLoss, double Loss, double NetworkShare, double MeanShare);

/// <summary>What <c>inspect</c> shows of a model.</summary>
public sealed record ModelSummary
{
    /// <summary>Columns.</summary>
    public required FrameSchema Schema { get; init; }

    /// <summary>Canonical stack text; <c>none</c> for the base alone.</summary>
    public required string Stack { get; init; }

    /// <summary>What the network computes in.</summary>
    public required Precision Precision { get; init; }

    /// <summary>Learned parameters of the network.</summary>
    public required long NetworkParameters { get; init; }

    /// <summary>Numbers of the closed-form base.</summary>
    public required long BaseParameters { get; init; }

    /// <summary>Look-back of the base: own last values, and slices of all channels.</summary>
    public required (int Own, int Cross) Lags { get; init; }

    /// <summary>Multiply-adds per slice: base, trunk, head (one question).</summary>
    public required (long Base, long Trunk, long Head) MultiplyAdds { get; init; }

    /// <summary>What the network's weights are stored as; null: as they are.</summary>
    public WeightFormat? Weights { get; init; }

    /// <summary>Bytes of the network's weights in the model file.</summary>
    public long StoredBytes { get; init; }

    /// <summary>What rounding the weights was measured to cost; null: they are not rounded, or were learned so.</summary>
    public QuantizationRecord? Quantization { get; init; }

    /// <summary>Bytes of parameters read per slice.</summary>
    public required long WeightBytes { get; init; }

    /// <summary>Bytes of state of one stream.</summary>
    public required long StateBytes { get; init; }

    /// <summary>Periods of the clock that are inputs, in seconds.</summary>
    public required IReadOnlyList<double> ClockPeriods { get; init; }

    /// <summary>What base and network contribute.</summary>
    public required IReadOnlyList<ChannelContribution> Contributions { get; init; }

    /// <summary>All learning runs, the first one first.</summary>
    public required IReadOnlyList<LearningRun> Runs { get; init; }

    /// <summary>The last sleep that was kept; null: none.</summary>
    public SleepRecord? Sleep { get; init; }
}
