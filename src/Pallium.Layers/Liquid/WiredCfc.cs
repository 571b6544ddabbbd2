using System.Numerics;

namespace Pallium.Layers;

/// <summary>Closed-form cells wired as a neural circuit policy: one cell each for the inter, command and motor neurons, in a row.</summary>
/// <remarks>
/// The wiring masks the weights of f₁ and f₂ from the layer before; own states, time_a and time_b are not masked, as in ncps.
/// There is no backbone. The state row is inter | command | motor; parameters are layer_0.*, layer_1.*, layer_2.* in that order.
/// </remarks>
public static class WiredCfc
{
    /// <summary>Creates the cells with zero parameters.</summary>
    public static StackedLayers<T> Create<T>(NcpWiring wiring, CfcMode mode = CfcMode.Default)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(wiring);
        int motor = 0;
        int command = wiring.Outputs;
        int inter = command + wiring.Command;
        return new StackedLayers<T>(
        [
            ("layer_0", Cell<T>(mode, wiring.Sensory, 0, wiring.Inputs, inter, wiring.Inter)),
            ("layer_1", Cell<T>(mode, wiring.Synapses, inter, wiring.Inter, command, wiring.Command)),
            ("layer_2", Cell<T>(mode, wiring.Synapses, command, wiring.Command, motor, wiring.Outputs)),
        ]);
    }

    private static Cfc<T> Cell<T>(CfcMode mode, IReadOnlyList<Synapse> synapses, int firstSource, int sources, int firstTarget, int targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int width = sources + targets;
        var mask = new bool[targets * width];
        foreach (Synapse synapse in synapses)
        {
            int source = synapse.Source - firstSource;
            int target = synapse.Target - firstTarget;
            if ((uint)source < (uint)sources && (uint)target < (uint)targets)
            {
                mask[(target * width) + source] = true;
            }
        }

        for (int target = 0; target < targets; target++)
        {
            mask.AsSpan((target * width) + sources, targets).Fill(true);
        }

        return new Cfc<T>(new(sources, targets) { Mode = mode, BackboneLayers = 0, Mask = mask });
    }
}
