namespace Pallium.Inference;

/// <summary>What a mistake costs in the Numenta Anomaly Benchmark; a window found at its very beginning is worth 1.</summary>
/// <param name="Name">As the benchmark writes it.</param>
/// <param name="FalseAlarm">Cost of a detection far from every window.</param>
/// <param name="Miss">Cost of a window without a detection.</param>
/// <remarks>Source: Lavin and Ahmad, ICMLA 2015, and the benchmark's config/profiles.json.</remarks>
public sealed record NabProfile(string Name, double FalseAlarm, double Miss)
{
    /// <summary>The profile of the published tables.</summary>
    public static NabProfile Standard { get; } = new("standard", 0.11, 1);

    /// <summary>False alarms cost twice as much.</summary>
    public static NabProfile RewardLowFalsePositives { get; } = new("reward_low_FP", 0.22, 1);

    /// <summary>Misses cost twice as much.</summary>
    public static NabProfile RewardLowFalseNegatives { get; } = new("reward_low_FN", 0.11, 2);

    /// <summary>The three of the benchmark.</summary>
    public static IReadOnlyList<NabProfile> All { get; } = [Standard, RewardLowFalsePositives, RewardLowFalseNegatives];
}
