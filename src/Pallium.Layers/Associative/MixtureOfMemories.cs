using System.Globalization;
using System.Numerics;

namespace Pallium.Layers;

/// <summary>How the memories of a mixture are written.</summary>
public enum MixtureRule
{
    /// <summary>By the gated delta rule.</summary>
    GatedDelta,

    /// <summary>As gated linear attention.</summary>
    Gla,
}

/// <summary>What a mixture of memories is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Units">Channels of y.</param>
/// <param name="Heads">Heads H of each memory.</param>
/// <param name="Keys">Key channels K of a head.</param>
/// <param name="Values">Value channels V of a head.</param>
public sealed record MixtureOptions(int Inputs, int Units, int Heads, int Keys, int Values)
{
    /// <summary>Memories M to choose among.</summary>
    public int Memories { get; init; } = 4;

    /// <summary>How many of them a slice writes and reads.</summary>
    public int Chosen { get; init; } = 2;

    /// <summary>Whether there is one more that every slice writes and reads.</summary>
    public bool HasShared { get; init; } = true;

    /// <summary>How they are written.</summary>
    public MixtureRule Rule { get; init; }
}

/// <summary>
/// Mixture of memories: a router gives each slice to a few of M matrix memories, each with keys, values and gates of its own, y = W_o Σ r_m S_mᵀ q over these and a
/// shared one; the others keep their state to the bit.
/// </summary>
/// <remarks>
/// <code>
/// r = the largest of softmax(W_g x), of sum 1
/// gated delta: q, k_m = unit(silu(W x)), v_m = silu(W x), β_m = σ(W x), log decay g_m = -exp(A_log) softplus(W x + dt_bias); y = W_o (RMSNorm(o) silu(W_z x))
/// gla:         q, k_m, v_m = W x, log decay of each key channel log σ(W x + b)/16; y = W_o o
/// </code>
/// A memory that is not chosen costs its projections but not its scan. Without the short convolutions of the published layer, which are a layer here.
/// Source: Du et al., 2025 (arXiv 2502.13685), equations 5 to 9.
/// </remarks>
public static class MixtureOfMemories
{
    /// <summary>Makes it from its parts: project, prepare, read, norm and gate, output.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or more memories are to be chosen than there are.</exception>
    public static StackedLayers<T> Create<T>(MixtureOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(options);
        var sizes = new Sizes(options);
        int gate = sizes.IsDelta ? sizes.Values : 0;
        var read = new StackedLayers<T>(
        [
            ("prepare", Prepare<T>(sizes)),
            ("arrange", new ChannelSelection<T>(sizes.Prepared, sizes.Arranged())),
            ("memories", new Beside<T>(Memories<T>(sizes))),
            ("sum", new ChannelSum<T>(sizes.Values, sizes.Memories)),
        ]);
        var parts = new List<(string Name, ISequenceLayer<T> Layer)>
        {
            ("project", Project<T>(sizes)),
            ("read", sizes.IsDelta ? new Beside<T>([("o", read), ("z", new Pass<T>(gate))]) : read),
        };
        if (sizes.IsDelta)
        {
            parts.Add(("norm", new Beside<T>(
                [("rms", new RmsNorm<T>(new(sizes.Values) { Groups = options.Heads, SharesGain = true, Epsilon = 1e-5 })), ("z", new Pass<T>(gate))])));
            parts.Add(("gate", new GatedProduct<T>(sizes.Values)));
        }

        parts.Add(("out", new Linear<T>(new(sizes.Values, options.Units) { HasBias = false })));
        return new StackedLayers<T>(parts);
    }

    /// <summary>Router logits | q | k of all memories | v | β | decays | z.</summary>
    private static ChannelMaps<T> Project<T>(Sizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MixtureOptions options = sizes.Options;
        var maps = new List<(string Name, int Channels, bool HasBias)>
        {
            ("router", options.Memories, false), ("q", sizes.Keys, false), ("k", sizes.Memories * sizes.Keys, false), ("v", sizes.Memories * sizes.Values, false),
        };
        maps.AddRange(sizes.IsDelta
            ? [("beta", sizes.Memories * options.Heads, false), ("decay", sizes.Memories * options.Heads, false), ("z", sizes.Values, false)]
            : [("decay", sizes.Memories * sizes.Keys, true)]);
        return new ChannelMaps<T>(options.Inputs, maps);
    }

    private static Beside<T> Prepare<T>(Sizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MixtureOptions options = sizes.Options;
        int keys = (1 + sizes.Memories) * sizes.Keys;
        int values = sizes.Memories * sizes.Values;
        int gates = sizes.Memories * options.Heads;
        var router = ("router", (ISequenceLayer<T>)new ExpertGate<T>(new(options.Memories, options.Chosen) { Normalizes = true }));
        return sizes.IsDelta
            ? new(
            [
                router,
                ("keys", new StackedLayers<T>(
                    new Activation<T>(new(keys, ActivationKind.Silu)), new UnitNorm<T>(new(keys) { Groups = (1 + sizes.Memories) * options.Heads }))),
                ("values", new Activation<T>(new(values, ActivationKind.Silu))),
                ("strengths", new Activation<T>(new(gates, ActivationKind.Sigmoid))),
                ("decays", new SoftplusGate<T>(options.Heads, isDecay: true, sizes.Memories)),
            ])
            : new(
            [
                router,
                ("keys", new Pass<T>(keys)),
                ("values", new Pass<T>(values)),
                ("decays", new Activation<T>(new(sizes.Memories * sizes.Keys, ActivationKind.LogSigmoid) { Scale = 1.0 / 16 })),
            ]);
    }

    private static List<(string Name, ISequenceLayer<T> Layer)> Memories<T>(Sizes sizes)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        MixtureOptions options = sizes.Options;
        MatrixMemory<T> New() => new(new(options.Heads, options.Keys, options.Values)
        {
            Decay = sizes.IsDelta ? MemoryDecay.Head : MemoryDecay.Key,
            Write = sizes.IsDelta ? MemoryWrite.Delta : MemoryWrite.Add,
        });
        var memories = new List<(string Name, ISequenceLayer<T> Layer)>();
        for (int memory = 0; memory < options.Memories; memory++)
        {
            memories.Add((memory.ToString(CultureInfo.InvariantCulture), new Experts<T>([New()])));
        }

        if (options.HasShared)
        {
            memories.Add(("shared", New()));
        }

        return memories;
    }

    /// <summary>How many channels there are of what.</summary>
    private sealed class Sizes(MixtureOptions options)
    {
        public MixtureOptions Options => options;

        public bool IsDelta => options.Rule == MixtureRule.GatedDelta;

        /// <summary>Memories, the shared one included.</summary>
        public int Memories { get; } = options.Memories + (options.HasShared ? 1 : 0);

        public int Keys { get; } = checked(options.Heads * options.Keys);

        public int Values { get; } = checked(options.Heads * options.Values);

        /// <summary>Router weights | q | k | v | β | decays.</summary>
        public int Prepared => checked(options.Memories + ((1 + Memories) * Keys) + (Memories * (Values + Strength + Decay)));

        private int Strength => IsDelta ? options.Heads : 0;

        private int Decay => IsDelta ? options.Heads : Keys;

        /// <summary>q | k | v | β | decay | weight of each memory; the shared one, the last, has no weight.</summary>
        public (int Start, int Length)[] Arranged()
        {
            int queries = options.Memories;
            int keys = queries + Keys;
            int values = keys + (Memories * Keys);
            int strengths = values + (Memories * Values);
            int decays = strengths + (Memories * Strength);
            var runs = new List<(int, int)>();
            for (int memory = 0; memory < Memories; memory++)
            {
                runs.AddRange([(queries, Keys), (keys + (memory * Keys), Keys), (values + (memory * Values), Values)]);
                if (IsDelta)
                {
                    runs.Add((strengths + (memory * Strength), Strength));
                }

                runs.Add((decays + (memory * Decay), Decay));
                if (memory < options.Memories)
                {
                    runs.Add((memory, 1));
                }
            }

            return [.. runs];
        }
    }
}
