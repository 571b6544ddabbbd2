namespace Pallium.Layers;

/// <summary>Which channels of a head a rotary position turns together.</summary>
public enum RotaryStyle
{
    /// <summary>Channel j and channel j + R/2 of R rotated ones.</summary>
    Half,

    /// <summary>Channels 2j and 2j + 1.</summary>
    Interleaved,
}

/// <summary>What a <see cref="WindowAttention{T}"/> is made from.</summary>
/// <param name="Heads">Heads H.</param>
/// <param name="Width">Channels D of a head's queries, keys and values.</param>
/// <param name="Window">Keys W that a query sees, its own included.</param>
public sealed record WindowAttentionOptions(int Heads, int Width, int Window)
{
    /// <summary>First channels R of each head that positions rotate, an even number; 0: positions do not count.</summary>
    public int Rotary { get; init; }

    /// <summary>Which channels turn together.</summary>
    public RotaryStyle Style { get; init; }

    /// <summary>Base b of the angles t·b^(-2j/R).</summary>
    public double Base { get; init; } = 10000;
}
