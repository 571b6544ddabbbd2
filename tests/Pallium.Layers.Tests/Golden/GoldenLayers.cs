using System.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>Which layer a golden case is about; each family of layers has its file.</summary>
internal static partial class GoldenLayers
{
    /// <summary>The layer of a case; null if none is known.</summary>
    public static GoldenLayer<T>? Create<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => file.Case.Split('_')[0] switch
        {
            "lstm" => new(new Lstm<T>(new(file.Int("I"), file.Int("H"))), "h", "c"),
            "gru" => new(new Gru<T>(new(file.Int("I"), file.Int("H"))), "h"),
            "slstm" => new(new Slstm<T>(new(file.Int("I"), file.Int("H")) { Heads = file.Int("heads") }), "h", "c", "n", "m"),
            "rwkv4" => Rwkv4<T>(file),
            "rwkv7" when file.Case.StartsWith("rwkv7_timemix", StringComparison.Ordinal) => Rwkv7TimeMixing<T>(file),
            "s6" => Selective<T>(file),
            "mamba" => MambaBlock<T>(file),
            "rmsnorm" => new(new RmsNorm<T>(new(file.Int("D")) { Epsilon = file.Double("eps") })),
            "layernorm" => new(new LayerNorm<T>(new(file.Int("D")) { Epsilon = file.Double("eps") })),
            "swiglu" => new(new SwiGlu<T>(new(file.Int("D"), file.Int("F")))),
            "cfc" when file.Case.StartsWith("cfc_ncp", StringComparison.Ordinal) => Wired<T>(file),
            "cfc" => ClosedForm<T>(file),
            "ltc" => Liquid<T>(file),
            "nac" => new(new Nac<T>(new(file.Int("I"), file.Int("O")))),
            "nalu" => new(new Nalu<T>(new(file.Int("I"), file.Int("O")) { Epsilon = file.Double("eps") })),
            "mom" => Mixture<T>(file),
            "moe" => Experts<T>(file),
            "attn" => WholeAttention<T>(file),
            "based" when file.Case == "based_swa" => SlidingWindow<T>(file),
            _ => Associative<T>(file),
        };
}
