using System.Numerics;

namespace Pallium.Layers;

/// <summary>The selective part of a state space block: δ, B and C from what it takes in, and the scan; inputs s, and z where there is a gate.</summary>
/// <remarks>[r | B | C] = W_x s, δ = W_dt r, both without bias; δ's is the scan's own. W_dt is drawn uniform in ±rank^-0.5, as published.</remarks>
internal static class SelectiveProjection
{
    /// <summary>The rank of the map of δ as published: a sixteenth of the units, rounded up.</summary>
    public static int RankOf(int units) => (units + 15) / 16;

    /// <summary>Parts in order, to be stacked.</summary>
    public static (string Name, ISequenceLayer<T> Layer)[] Parts<T>(int channels, int states, int rank, bool hasGate)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ISequenceLayer<T> select = new Alongside<T>("proj", new Linear<T>(new(channels, rank + (2 * states)) { HasBias = false }));
        return
        [
            ("select", hasGate ? new Beside<T>([("s", select), ("z", new Pass<T>(channels))]) : select),
            ("delta", new Beside<T>(
            [
                ("s", new Pass<T>(channels)),
                ("proj", new Linear<T>(new(rank, channels) { HasBias = false, Bound = 1 / Math.Sqrt(rank) })),
                ("rest", new Pass<T>((2 * states) + (hasGate ? channels : 0))),
            ])),
            ("scan", new SelectiveScan<T>(new(channels, states) { HasGate = hasGate })),
        ];
    }
}
