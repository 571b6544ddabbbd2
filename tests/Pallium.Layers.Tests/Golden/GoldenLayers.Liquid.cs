using System.Numerics;

namespace Pallium.Layers.Tests;

internal static partial class GoldenLayers
{
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
