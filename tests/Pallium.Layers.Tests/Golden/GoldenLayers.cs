using System.Numerics;

namespace Pallium.Layers.Tests;

/// <summary>A layer made for a golden file, and how the file's tensors become the layer's.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="StateNames">Tensors of the state row, in order.</param>
internal sealed record GoldenLayer<T>(ISequenceLayer<T> Layer, params string[] StateNames)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The file's name of a parameter.</summary>
    public Func<string, string> Rename { get; init; } = name => name.Replace('.', '/');

    /// <summary>The values that the layer keeps of a tensor.</summary>
    public Func<string, double[], double[]> Pick { get; init; } = (_, values) => values;

    /// <summary>State rows [B, S].</summary>
    public double[] States(string prefix, GoldenFile file)
    {
        int rows = file.Int("B");
        int size = Layer.StateSize / Math.Max(1, StateNames.Length);
        return [.. Enumerable.Range(0, rows).SelectMany(row => StateNames.SelectMany(name => file[prefix + name].Skip(row * size).Take(size)))];
    }
}

/// <summary>Which layer a golden case is about.</summary>
internal static class GoldenLayers
{
    private static readonly string[] Prefixes = ["lstm", "gru", "rmsnorm", "layernorm", "swiglu", "cfc_default", "cfc_no_gate", "cfc_pure", "cfc_mixed", "cfc_ncp", "ltc"];

    public static bool IsKnown(string name) => Prefixes.Any(prefix => name == prefix || name.StartsWith(prefix + "_", StringComparison.Ordinal));

    public static GoldenLayer<T> Create<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => file.Case.Split('_')[0] switch
        {
            "lstm" => new(new Lstm<T>(new(file.Int("I"), file.Int("H"))), "h", "c"),
            "gru" => new(new Gru<T>(new(file.Int("I"), file.Int("H"))), "h"),
            "rmsnorm" => new(new RmsNorm<T>(new(file.Int("D")) { Epsilon = file.Double("eps") })),
            "layernorm" => new(new LayerNorm<T>(new(file.Int("D")) { Epsilon = file.Double("eps") })),
            "swiglu" => new(new SwiGlu<T>(new(file.Int("D"), file.Int("F")))),
            "cfc" when file.Case.StartsWith("cfc_ncp", StringComparison.Ordinal) => Wired<T>(file),
            "cfc" => ClosedForm<T>(file),
            "ltc" => Liquid<T>(file),
            _ => throw new ArgumentException($"No layer is known for the case '{file.Case}'.", nameof(file)),
        };

    private static GoldenLayer<T> ClosedForm<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal("lecun_tanh", file.Text("activation"));
        bool mixed = file.Flag("mixed_memory");
        var options = new CfcOptions(file.Int("I"), file.Int("H"))
        {
            Mode = Mode(file),
            BackboneLayers = file.Int("backbone_layers"),
            BackboneUnits = file.Int("backbone_units"),
            MixedMemory = mixed,
        };
        return new(new Cfc<T>(options), mixed ? ["h", "c"] : ["h"]);
    }

    private static GoldenLayer<T> Wired<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int inputs = file.Int("I");
        int units = file.Int("U");
        var wiring = new NcpWiring(
            inputs, file.Int("inter"), file.Int("command"), file.Int("motor"),
            Synapses(file["const/sensory_adjacency"], units), Synapses(file["const/adjacency"], units));
        return new(WiredCfc.Create<T>(wiring, Mode(file)), "h");
    }

    private static GoldenLayer<T> Liquid<T>(GoldenFile file)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Assert.Equal("affine", file.Text("input_mapping"));
        Assert.Equal("affine", file.Text("output_mapping"));
        int units = file.Int("U");
        var wiring = new Wiring(
            file.Int("I"), units, file.Int("M"), Synapses(file["const/sensory_adjacency"], units), Synapses(file["const/adjacency"], units));
        var layer = new Ltc<T>(new(wiring)
        {
            Unfolds = file.Int("ode_unfolds"),
            Epsilon = file.Double("epsilon"),
            IsSoftplus = file.Flag("implicit_param_constraints"),
        });
        return new(layer, "h") { Pick = (name, values) => PickSynapses(wiring, name, values) };
    }

    /// <summary>The file has a number for every pair of neurons; sparse layers keep those of the synapses.</summary>
    private static double[] PickSynapses(Wiring wiring, string name, double[] values)
    {
        bool isSensory = name.StartsWith("sensory_", StringComparison.Ordinal);
        bool isSynaptic = isSensory || name is "sigma" or "mu" or "w" or "erev";
        IReadOnlyList<Synapse> synapses = isSensory ? wiring.Sensory : wiring.Synapses;
        return isSynaptic && synapses.Count < values.Length
            ? [.. synapses.Select(synapse => values[(synapse.Source * wiring.Units) + synapse.Target])]
            : values;
    }

    private static IEnumerable<Synapse> Synapses(double[] adjacency, int units) =>
        adjacency.Select((polarity, place) => new Synapse(place / units, place % units, Math.Sign(polarity))).Where(synapse => synapse.Polarity != 0);

    private static CfcMode Mode(GoldenFile file) => file.Text("mode") switch
    {
        "default" => CfcMode.Default,
        "no_gate" => CfcMode.NoGate,
        "pure" => CfcMode.Pure,
        string other => throw new ArgumentException($"Unknown mode '{other}'.", nameof(file)),
    };
}
