using System.Numerics;

namespace Pallium.Layers;

/// <summary>What the time mixing of RWKV-4 is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Units">Channels C of the memory and of y; as many as inputs in the published model.</param>
public sealed record Rwkv4Options(int Inputs, int Units);

/// <summary>The time mixing of RWKV-4: y = W_o (σ(r) wkv) with r, k, v = W_r x_r, W_k x_k, W_v x_v of a token shift and wkv = <see cref="Rwkv4Core{T}"/>(k, v).</summary>
/// <remarks>Source: Peng et al., EMNLP 2023 Findings (arXiv 2305.13048), eq. 11-17; as drawn for its first block.</remarks>
public static class Rwkv4
{
    /// <summary>Makes it from its parts: shift, project (k, v, r), memory, gate, output.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public static StackedLayers<T> Create<T>(Rwkv4Options options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        (int inputs, int units) = (options.Inputs, options.Units);
        Linear<T> Projection() => new(new(inputs, units) { HasBias = false });
        return new(
        [
            ("shift", new TokenShift<T>(new(inputs, new TokenMix("k"), new TokenMix("v"), new TokenMix("r", 0.5)))),
            ("project", new Beside<T>([("k", Projection()), ("v", Projection()), ("r", Projection())])),
            ("memory", new Beside<T>([("wkv", new Rwkv4Core<T>(new(units))), ("r", new Pass<T>(units))])),
            ("gate", new GatedProduct<T>(units, ActivationKind.Sigmoid)),
            ("output", new Linear<T>(new(units, units) { HasBias = false })),
        ]);
    }
}
