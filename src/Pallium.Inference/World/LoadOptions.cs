namespace Pallium.Inference;

/// <summary>How a model file is opened.</summary>
public sealed record LoadOptions
{
    /// <summary>
    /// Bytes that weights of experts may take in memory, ready for use; the others stay in the file, which stays open, and are fetched as they are needed. The answers are the same,
    /// to the bit; the model cannot learn. Null: all weights are in memory.
    /// </summary>
    public long? ExpertMemory { get; init; }

    /// <summary>Whether experts that are likely to be needed next are fetched in the background.</summary>
    public bool FetchesAhead { get; init; } = true;
}
