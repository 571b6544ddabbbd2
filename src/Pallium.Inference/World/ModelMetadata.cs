using System.Text.Json.Serialization;

namespace Pallium.Inference;

/// <summary>What a model file says in words and small numbers; tensors hold the rest.</summary>
internal sealed record ModelMetadata
{
    public required FrameSchema Schema { get; init; }

    public required ChannelScale[] Channels { get; init; }

    public required ChannelScale[] Statics { get; init; }

    public required double[] ClockPeriods { get; init; }

    /// <summary>Components of each mixture.</summary>
    public required int Components { get; init; }

    /// <summary>Canonical stack text; null: the base alone.</summary>
    public string? Stack { get; init; }

    /// <summary>Width of the head.</summary>
    public int Hidden { get; init; }

    public Precision Precision { get; init; }

    public required double[] NetworkShares { get; init; }

    public required double[] MeanShares { get; init; }

    public required int[] NetworkHorizons { get; init; }

    public required int CalibrationHorizons { get; init; }

    public required ContributionRecord[] Contributions { get; init; }

    public required LearningRun[] Runs { get; init; }

    public required string MemorySource { get; init; }

    public required string MemorySeries { get; init; }

    public required int MemoryScoredFrom { get; init; }

    /// <summary>Further remembered stretches, of data that experts were added for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MemoryRecord[]? MoreMemories { get; init; }

    /// <summary>Name of the <see cref="Pallium.Numerics.WeightFormat"/> of the network's weights; null: as they are, and nothing is written of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? Weights { get; init; }

    /// <summary>What rounding the weights was measured to cost; null: not rounded, or learned rounded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public QuantizationRecord? Quantization { get; init; }

    /// <summary>As <see cref="Weights"/>, of the answer network.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public string? SleepWeights { get; init; }

    /// <summary>The last sleep that was kept; null: none, and nothing is written of it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public SleepRecord? Sleep { get; init; }

    /// <summary>How much of the answer network enters the one-pass answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public double[]? SleepShares { get; init; }

    /// <summary>Width of the answer network's head.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int SleepHidden { get; init; }
}

/// <summary>A <see cref="ChannelContribution"/> as it is saved; NaN is null.</summary>
internal sealed record ContributionRecord(double? BaseLoss, double? Loss, double NetworkShare, double? MeanShare);

/// <summary>A <see cref="ValidationMemory"/> as it is saved, beside its tensors.</summary>
internal sealed record MemoryRecord(string Source, string Series, int ScoredFrom);

/// <summary>JSON of a model's metadata, generated at compile time, so that trimmed programs can read it.</summary>
[JsonSourceGenerationOptions(RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.AllowNamedFloatingPointLiterals, UseStringEnumConverter = true)]
[JsonSerializable(typeof(ModelMetadata))]
internal sealed partial class ModelJson : JsonSerializerContext;
