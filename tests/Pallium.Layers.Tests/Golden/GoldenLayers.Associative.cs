using System.Numerics;

namespace Pallium.Layers.Tests;

// Linear attention and its kin: memories that are matrices.
internal static partial class GoldenLayers
{
    private static readonly string[] AssociativeCases =
        ["linattn", "linattn_norm", "based", "lightning", "retention", "simple_gla", "gla", "delta", "gated_delta", "rwkv6", "rwkv7"];

    private static GoldenLayer<T>? Associative<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        GoldenLayer<T> Memory(MatrixMemoryOptions options, params string[] inputs) =>
            new(new MatrixMemory<T>(options), "S") { Inputs = inputs, Outputs = ["o"] };
        if (file.Case == "ssd")
        {
            return Duality<T>(file);
        }

        if (!AssociativeCases.Contains(file.Case))
        {
            return null;
        }

        var plain = new MatrixMemoryOptions(file.Int("H"), file.Int("K"), file.Int("V"));
        return file.Case switch
        {
            "linattn" => Memory(plain, "q", "k", "v"),
            "linattn_norm" => Normalized<T>(plain with { Normalizes = true, Epsilon = file.Double("eps"), Scale = 1 }),
            "based" => Taylor<T>(file),
            "lightning" or "retention" => Memory(plain with { Decay = MemoryDecay.Fixed, LogDecays = file["const/log_decay"] }, "q", "k", "v"),
            "simple_gla" => Memory(plain with { Decay = MemoryDecay.Head }, "q", "k", "v", "g"),
            "gla" => Memory(plain with { Decay = MemoryDecay.Key }, "q", "k", "v", "gk"),
            "delta" => Memory(plain with { Write = MemoryWrite.Delta }, "q", "k", "v", "beta"),
            "gated_delta" => Memory(plain with { Write = MemoryWrite.Delta, Decay = MemoryDecay.Head }, "q", "k", "v", "beta", "g"),
            "rwkv6" => Memory(plain with { Decay = MemoryDecay.Key, ReadsBefore = true, Scale = 1 }, "r", "k", "v", "w"),
            _ => Memory(plain with { Decay = MemoryDecay.Key, Write = MemoryWrite.LowRank, Scale = 1 }, "r", "k", "v", "w", "a", "b"),
        };
    }

    private static GoldenLayer<T> Normalized<T>(MatrixMemoryOptions options)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        var features = new Activation<T>(new(2 * options.Heads * options.Keys, ActivationKind.EluPlusOne));
        var layer = new StackedLayers<T>(new Beside<T>(features, new Pass<T>(options.Heads * options.Values)), new MatrixMemory<T>(options));
        return new(layer, "S", "z") { Inputs = ["q", "k", "v"], Outputs = ["o"] };
    }

    private static GoldenLayer<T> Taylor<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int heads = file.Int("H");
        var map = new TaylorMap<T>(2 * heads, file.Int("K"));
        var options = new MatrixMemoryOptions(heads, TaylorMap<T>.Features(file.Int("K")), file.Int("V"))
        {
            Normalizes = true,
            Epsilon = file.Double("eps"),
            Scale = 1,
        };
        var layer = new StackedLayers<T>(new Beside<T>(map, new Pass<T>(heads * file.Int("V"))), new MatrixMemory<T>(options));
        return new(layer) { Inputs = ["q", "k", "v"], Outputs = ["o"] };
    }

    /// <summary>The file's state is [P, N], values first; the layer's keys are the file's B and C.</summary>
    private static GoldenLayer<T> Duality<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int heads = file.Int("H");
        int keys = file.Int("N");
        int values = file.Int("P");
        double[] Arrange(double[] row) =>
            [.. Enumerable.Range(0, row.Length).Select(i => row[(i / (keys * values) * keys * values) + (i % values * keys) + (i / values % keys)])];
        var options = new MatrixMemoryOptions(heads, keys, values) { Decay = MemoryDecay.Rate, Scale = 1 };
        return new(new MatrixMemory<T>(options), "S") { Inputs = ["C", "B", "x", "dt"], Arrange = (_, row) => Arrange(row) };
    }
}
