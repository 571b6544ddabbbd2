using System.Numerics;

namespace Pallium.Layers;

/// <summary>The whole block of Mamba-2: a matrix memory whose heads share keys and queries, behind a short convolution, gated and normalized.</summary>
/// <remarks>
/// <code>
/// [C | B | x | dt | z] = W u,   [C | B | x] = silu(conv([C | B | x])),   dt = softplus(dt + b)
/// S[t] = exp(dt A) S[t-1] + B (dt x)ᵀ,   y = Sᵀ C + D x,   out = W' norm(y * silu(z))
/// </code>
/// Source: Dao and Gu, ICML 2024, section 7.
/// </remarks>
/// <param name="Inputs">Channels of u.</param>
/// <param name="Units">Channels of the output.</param>
/// <param name="Heads">Heads; each has Expand · Units / Heads channels of x.</param>
internal sealed record DualityBlock(int Inputs, int Units, int Heads)
{
    /// <summary>Channels of B and C: what of x a head keeps of each channel.</summary>
    public int State { get; init; } = 64;

    /// <summary>Channels of x for each unit.</summary>
    public int Expand { get; init; } = 2;

    /// <summary>Slices that the convolution sees.</summary>
    public int Width { get; init; } = 4;

    /// <summary>How large the layer is.</summary>
    public LayerSize Size => new(
        Units,
        ((long)Inputs * ((2L * Inner) + (2L * State) + Heads)) + ((long)Inner * Units) + ((long)Convolved * Width),
        ((long)State * Inner) + ((long)Convolved * (Width - 1)));

    private int Inner => checked(Expand * Units);

    private int Convolved => checked((2 * State) + Inner);

    /// <summary>Makes the layer, with zero parameters.</summary>
    public ISequenceLayer<T> Build<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var memory = new MatrixMemory<T>(new(Heads, State, Inner / Heads)
        {
            Decay = MemoryDecay.Rate,
            IsRateLogarithmic = true,
            HasSkip = true,
            Groups = 1,
            Scale = 1,
        });
        var prepare = new Beside<T>([("convolution", new ShortConvolution<T>(new(Convolved) { Width = Width })), ("span", new SoftplusGate<T>(Heads, isDecay: false))]);
        var core = new StackedLayers<T>([("prepare", prepare), ("memory", memory)]);
        return new StackedLayers<T>(
        [
            ("project", new Linear<T>(new(Inputs, Convolved + Heads + Inner) { HasBias = false })),
            ("read", new Beside<T>([("core", core), ("gate", new Pass<T>(Inner))])),
            ("gate", new GatedProduct<T>(Inner)),
            ("norm", new RmsNorm<T>(new(Inner))),
            ("out", new Linear<T>(new(Inner, Units) { HasBias = false })),
        ]);
    }
}
