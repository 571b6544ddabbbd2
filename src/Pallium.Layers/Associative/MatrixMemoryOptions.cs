namespace Pallium.Layers;

/// <summary>How the state of a <see cref="MatrixMemory{T}"/> decays.</summary>
public enum MemoryDecay
{
    /// <summary>Not at all.</summary>
    None,

    /// <summary>By a fixed factor for each head (retention, Lightning attention).</summary>
    Fixed,

    /// <summary>By exp g, g an input for each head (simple gated linear attention).</summary>
    Head,

    /// <summary>By exp g, g an input for each key channel of each head (gated linear attention, RWKV-6, RWKV-7).</summary>
    Key,

    /// <summary>By exp(dt A), dt an input and A a parameter for each head; what is written is multiplied by dt (Mamba-2).</summary>
    Rate,
}

/// <summary>What a step of a <see cref="MatrixMemory{T}"/> writes.</summary>
public enum MemoryWrite
{
    /// <summary>k vᵀ.</summary>
    Add,

    /// <summary>k uᵀ with u = β (v - what is recalled for k), β an input for each head.</summary>
    Delta,

    /// <summary>k vᵀ + b (Sᵀ a)ᵀ, a and b inputs for each key channel of each head.</summary>
    LowRank,
}

/// <summary>What a <see cref="MatrixMemory{T}"/> is made from.</summary>
/// <param name="Heads">Heads H, each with a state of its own.</param>
/// <param name="Keys">Key channels K of a head.</param>
/// <param name="Values">Value channels V of a head.</param>
public sealed record MatrixMemoryOptions(int Heads, int Keys, int Values)
{
    /// <summary>How the state decays.</summary>
    public MemoryDecay Decay { get; init; }

    /// <summary>log d of every head, for <see cref="MemoryDecay.Fixed"/>; at most 0.</summary>
    public IReadOnlyList<double> LogDecays { get; init; } = [];

    /// <summary>Whether the parameter of <see cref="MemoryDecay.Rate"/> is log(-A), so that A stays negative, and not A.</summary>
    public bool IsRateLogarithmic { get; init; }

    /// <summary>What a step writes.</summary>
    public MemoryWrite Write { get; init; }

    /// <summary>Whether a step reads the state before it writes, and what it writes with a factor u for each key channel, a parameter (RWKV-6).</summary>
    public bool ReadsBefore { get; init; }

    /// <summary>Whether the values of a slice are added to its outputs with a factor D for each head, a parameter (Mamba-2).</summary>
    public bool HasSkip { get; init; }

    /// <summary>Whether outputs are divided by what the same read of a state with values of 1 gives; keys and queries are then to be positive.</summary>
    public bool Normalizes { get; init; }

    /// <summary>Added to the divisor.</summary>
    public double Epsilon { get; init; } = 1e-6;

    /// <summary>Factor of the outputs; 1/√K if not given.</summary>
    public double? Scale { get; init; }

    /// <summary>Groups of heads that share queries and keys (Mamba-2); as many as heads, none shared, if not given.</summary>
    public int? Groups { get; init; }
}
