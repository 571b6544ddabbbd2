using System.Numerics;

namespace Pallium.Layers.Tests;

// RWKV.
internal static partial class GoldenLayers
{
    private static GoldenLayer<T> Rwkv4<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new Rwkv4Core<T>(new(file.Int("C")) { HasDirectDecay = true }), "p", "q", "o") { Inputs = ["k", "v"] };
}
