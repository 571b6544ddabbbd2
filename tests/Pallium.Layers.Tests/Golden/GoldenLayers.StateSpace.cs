using System.Numerics;

namespace Pallium.Layers.Tests;

// Selective state spaces.
internal static partial class GoldenLayers
{
    private static GoldenLayer<T> Selective<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int channels, int states, bool hasGate) = (file.Int("D"), file.Int("N"), file.Flag("gate"));
        var layer = new SelectiveScan<T>(new(channels, states)
        {
            HasLogRates = false,
            HasDeltaBias = file.Flag("delta_bias"),
            IsSoftplus = file.Flag("delta_softplus"),
            HasSkip = file.Flag("skip"),
            HasGate = hasGate,
        });
        return new(layer, "h")
        {
            Inputs = hasGate ? ["u", "delta", "B", "C", "z"] : ["u", "delta", "B", "C"],
            Arrange = (_, row) => PlacesFirst(row, states),
        };
    }

    private static GoldenLayer<T> MambaBlock<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int states, int width) = (file.Int("d_state"), file.Int("d_conv"));
        var options = new MambaOptions(file.Int("d_model"), file.Int("d_model"))
        {
            States = states,
            Convolution = width,
            Expand = file.Int("expand"),
            Rank = file.Int("dt_rank"),
        };
        return new(Mamba.Create<T>(options), "conv", "ssm")
        {
            Rename = MambaName,
            Arrange = (name, row) => name == "ssm" ? PlacesFirst(row, states) : PlacesFirst(row, width)[(row.Length / width)..],
        };
    }

    private static string MambaName(string name) => name switch
    {
        "in.weight" => "in_proj",
        "conv.s.weight" => "conv_w",
        "conv.s.bias" => "conv_b",
        "delta.proj.weight" => "dt_w",
        "scan.A_log" => "A_log",
        "scan.delta_bias" => "dt_b",
        "scan.D" => "Dp",
        "out.weight" => "out_proj",
        _ => "x_proj",
    };

    /// <summary>The file's state is [D, N], channels first; the layer's is [N, D].</summary>
    private static double[] PlacesFirst(double[] row, int states)
    {
        int channels = row.Length / states;
        return [.. Enumerable.Range(0, row.Length).Select(i => row[(i % channels * states) + (i / channels)])];
    }
}
