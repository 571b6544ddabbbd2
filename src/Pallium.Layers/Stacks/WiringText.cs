using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A wiring as stack texts name it: a kind and a number of neurons.</summary>
internal sealed record WiringText(string Kind, int Units)
{
    /// <summary>Everything connected.</summary>
    public const string All = "all";

    /// <summary>A neural circuit policy with sizes that follow from the number of neurons.</summary>
    public const string Ncp = "ncp";

    /// <summary>A share of all synapses.</summary>
    public const string Random = "random";

    /// <summary>Share of synapses left out if not given.</summary>
    public const double Sparsity = 0.5;

    /// <summary>Draws the wiring if not given.</summary>
    public const int Seed = 22222;

    /// <summary>The wiring, from the layer's options outputs, sparsity and seed.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A circuit has too few neurons for its outputs.</exception>
    public Wiring Draw(LayerSpec spec, int inputs)
    {
        var rng = new Rng((ulong)spec.Get<int>("seed"));
        return Kind switch
        {
            Ncp => NcpWiring.Draw(Circuit(spec, inputs), rng),
            Random => Wiring.Random(inputs, Units, spec.Get<double>("sparsity"), rng),
            _ => Wiring.Full(inputs, Units, rng),
        };
    }

    /// <summary>The layers and fans of a circuit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">It has too few neurons for its outputs.</exception>
    public NcpOptions Circuit(LayerSpec spec, int inputs)
    {
        int outputs = spec.Get<int>("outputs");
        return NcpOptions.Auto(inputs, Units, outputs > 0 ? outputs : Math.Max(1, Units / 4), spec.Get<double>("sparsity"));
    }
}
