namespace Pallium.Layers;

/// <summary>How a closed-form cell turns its heads into a state.</summary>
public enum CfcMode
{
    /// <summary>h = f₁ (1 - s) + s f₂, s = σ(a dt + b).</summary>
    Default,

    /// <summary>h = f₁ + s f₂.</summary>
    NoGate,

    /// <summary>h = A - A exp(-dt (|w| + |f|)) f, the solution itself.</summary>
    Pure,
}

/// <summary>What a <see cref="Cfc{T}"/> is made from.</summary>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Units">Hidden units H.</param>
public sealed record CfcOptions(int Inputs, int Units)
{
    /// <summary>Form of the cell.</summary>
    public CfcMode Mode { get; init; }

    /// <summary>Layers between (x, h) and the heads; 0: the heads read (x, h).</summary>
    public int BackboneLayers { get; init; } = 1;

    /// <summary>Units of each backbone layer.</summary>
    public int BackboneUnits { get; init; } = 128;

    /// <summary>Whether an LSTM updates h before the cell, which keeps gradients over long spans.</summary>
    public bool MixedMemory { get; init; }

    /// <summary>Ones and zeros, [H, I + H], that multiply the weights of f₁ and f₂ (a wiring); only without backbone. Null: all ones.</summary>
    internal bool[]? Mask { get; init; }
}
