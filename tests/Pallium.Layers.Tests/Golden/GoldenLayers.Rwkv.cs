using System.Numerics;

namespace Pallium.Layers.Tests;

// RWKV.
internal static partial class GoldenLayers
{
    private static GoldenLayer<T> Rwkv4<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        new(new Rwkv4Core<T>(new(file.Int("C")) { HasDirectDecay = true }), "p", "q", "o") { Inputs = ["k", "v"] };

    /// <summary>The file's state has values first, and its low-rank factors are stored [in, out].</summary>
    private static GoldenLayer<T> Rwkv7TimeMixing<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int channels, int width, int rank) = (file.Int("C"), file.Int("N"), file.Int("rank"));
        bool isLater = !file.Flag("first_layer");
        StackedLayers<T> layer = Rwkv7.Create<T>(new(channels, channels, file.Int("H")) { Rank = rank, IsLater = isLater });
        return new(layer, "x_prev", "S")
        {
            Inputs = isLater ? ["x", "v_first"] : ["x"],
            Rename = Rwkv7Name,
            Pick = (name, values) => name.EndsWith("in.weight", StringComparison.Ordinal) ? Transposed(values, channels, rank)
                : name.EndsWith("out.weight", StringComparison.Ordinal) ? Transposed(values, rank, channels)
                : values,
            Arrange = (name, row) => name == "S" ? [.. row.Chunk(width * width).SelectMany(head => Transposed(head, width, width))] : row,
        };
    }

    private static string Rwkv7Name(string name)
    {
        string[] parts = name.Split('.');
        return parts switch
        {
            ["project", var map, "in", _] => $"{LowRankName(map)}1",
            ["project", var map, "out", "weight"] => $"{LowRankName(map)}2",
            ["project", var map, "out", "bias"] => $"{LowRankName(map)}0",
            ["project", var map, _] => $"W{map}",
            ["norm", "ln", var part] => $"ln_{part}",
            ["output", _] => "Wo",
            _ => parts[^1],
        };
    }

    private static string LowRankName(string map) => map == "n" ? "v" : map;

    private static double[] Transposed(double[] matrix, int rows, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(i => matrix[(i % rows * columns) + (i / rows)])];
}
