using System.Numerics;

namespace Pallium.Layers;

/// <summary>A whole layer around a <see cref="MatrixMemory{T}"/>: projections of x, what makes queries, keys and gates of them, the memory, norm, gate, and a projection of what was read.</summary>
/// <remarks>
/// <code>
/// [q | k | v | β | g | z] = W x,   y = W' (norm(memory(...)) * silu(z))
/// </code>
/// </remarks>
/// <param name="Inputs">Channels of x.</param>
/// <param name="Units">Channels of y.</param>
/// <param name="Memory">The memory; K are features, after <see cref="Features"/>.</param>
internal sealed record MemoryBlock(int Inputs, int Units, MatrixMemoryOptions Memory)
{
    /// <summary>What queries and keys pass through first; null: nothing.</summary>
    public ActivationKind? Activation { get; init; }

    /// <summary>Whether the queries and keys of a head get length one.</summary>
    public bool HasUnitKeys { get; init; }

    /// <summary>Channels F of a head's query before a Taylor map makes K features of them; 0: no map.</summary>
    public int Features { get; init; }

    /// <summary>Largest β of the delta rule.</summary>
    public double LargestStrength { get; init; } = 1;

    /// <summary>Whether log decays are -exp(A_log) softplus(x + b), and not log σ(x) / 16.</summary>
    public bool HasRates { get; init; }

    /// <summary>Whether what is read is gated by silu(z), z another projection of x.</summary>
    public bool IsGated { get; init; }

    /// <summary>Rows of W that make queries and keys, as many of each.</summary>
    public int Queries => 2 * Memory.Heads * (Features > 0 ? Features : Memory.Keys);

    /// <summary>Rows of W that make values.</summary>
    public int Values => Memory.Heads * Memory.Values;

    private int Strengths => Memory.Write == MemoryWrite.Delta ? Memory.Heads : 0;

    private int Gates => Memory.Decay switch
    {
        MemoryDecay.Head => Memory.Heads,
        MemoryDecay.Key => Memory.Heads * Memory.Keys,
        _ => 0,
    };

    /// <summary>How large the layer is.</summary>
    public LayerSize Size
    {
        get
        {
            long projected = (long)Queries + (Values * (IsGated ? 2L : 1L)) + Strengths + Gates;
            long state = (long)Memory.Heads * Memory.Keys * (Memory.Values + (Memory.Normalizes ? 1L : 0L));
            return new(Units, (Inputs * projected) + ((long)Values * Units), state);
        }
    }

    /// <summary>Makes the layer, with zero parameters.</summary>
    public ISequenceLayer<T> Build<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int gate = IsGated ? Values : 0;
        var parts = new List<(string Name, ISequenceLayer<T> Layer)>
        {
            ("project", new Linear<T>(new(Inputs, Queries + Values + Strengths + Gates + gate) { HasBias = false })),
            ("read", IsGated ? new Beside<T>([("memory", Core<T>()), ("gate", new Pass<T>(gate))]) : Core<T>()),
        };
        if (IsGated)
        {
            parts.Add(("gate", new GatedProduct<T>(Values)));
        }

        parts.Add(("out", new Linear<T>(new(Values, Units) { HasBias = false })));
        return new StackedLayers<T>(parts);
    }

    private StackedLayers<T> Core<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var prepare = new List<(string Name, ISequenceLayer<T> Layer)> { ("keys", Keys<T>()), ("values", new Pass<T>(Values)) };
        if (Strengths > 0)
        {
            prepare.Add(("strength", new Activation<T>(new(Strengths, ActivationKind.Sigmoid) { Scale = LargestStrength })));
        }

        if (Gates > 0)
        {
            prepare.Add(("decay", HasRates
                ? new SoftplusGate<T>(Gates, isDecay: true)
                : new Activation<T>(new(Gates, ActivationKind.LogSigmoid) { Scale = 1.0 / 16 })));
        }

        var parts = new List<(string Name, ISequenceLayer<T> Layer)> { ("prepare", new Beside<T>(prepare)), ("memory", new MatrixMemory<T>(Memory)) };
        if (!Memory.Normalizes)
        {
            parts.Add(("norm", new RmsNorm<T>(new(Values) { Groups = Memory.Heads, SharesGain = true })));
        }

        return new StackedLayers<T>(parts);
    }

    private ISequenceLayer<T> Keys<T>()
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var parts = new List<ISequenceLayer<T>>();
        if (Activation is { } kind)
        {
            parts.Add(new Activation<T>(new(Queries, kind)));
        }

        if (HasUnitKeys)
        {
            parts.Add(new UnitNorm<T>(new(Queries) { Groups = 2 * Memory.Heads }));
        }

        if (Features > 0)
        {
            parts.Add(new TaylorMap<T>(2 * Memory.Heads, Features));
        }

        return parts.Count switch
        {
            0 => new Pass<T>(Queries),
            1 => parts[0],
            _ => new StackedLayers<T>([.. parts]),
        };
    }
}
