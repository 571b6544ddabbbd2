namespace Pallium.Layers;

/// <summary>What a <see cref="SelectiveScan{T}"/> is made from.</summary>
/// <param name="Channels">Channels D of u, δ and y.</param>
/// <param name="States">Numbers of state per channel, N.</param>
public sealed record SelectiveScanOptions(int Channels, int States)
{
    /// <summary>Whether the rates are kept as A_log, A = -exp(A_log), which is negative; else as A itself.</summary>
    public bool HasLogRates { get; init; } = true;

    /// <summary>Whether there is a bias of δ.</summary>
    public bool HasDeltaBias { get; init; } = true;

    /// <summary>Whether δ goes through softplus.</summary>
    public bool IsSoftplus { get; init; } = true;

    /// <summary>Whether D u is added to y.</summary>
    public bool HasSkip { get; init; } = true;

    /// <summary>Whether y is gated by silu(z), z being D more inputs.</summary>
    public bool HasGate { get; init; }
}
