using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The parameters of a group of synapses r = w σ(s (v - μ)) that pull towards the reversal potential E.</summary>
/// <remarks>Shape [sources, targets] where all are connected, else one number per synapse, by target, then source.</remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SynapseParameters<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly string _prefix;

    public SynapseParameters(string prefix, IReadOnlyList<Synapse> synapses, int sources, int targets, bool isSoftplus)
    {
        _prefix = prefix;
        Synapses = synapses;
        Sources = sources;
        Targets = targets;
        IsFull = synapses.Count == sources * targets;
        IsSoftplus = isSoftplus;
        int[] shape = IsFull ? [sources, targets] : [synapses.Count];
        Weight = new(shape) { Minimum = isSoftplus ? null : 0 };
        Mean = new(shape);
        Slope = new(shape);
        Reversal = new(shape);
    }

    public IReadOnlyList<Synapse> Synapses { get; }

    public int Sources { get; }

    public int Targets { get; }

    /// <summary>Whether all sources are connected to all targets.</summary>
    public bool IsFull { get; }

    /// <summary>Whether w is softplus of its parameter.</summary>
    public bool IsSoftplus { get; }

    /// <summary>w, conductance.</summary>
    public Parameter<T> Weight { get; }

    /// <summary>μ.</summary>
    public Parameter<T> Mean { get; }

    /// <summary>s (σ in ncps).</summary>
    public Parameter<T> Slope { get; }

    /// <summary>E (erev).</summary>
    public Parameter<T> Reversal { get; }

    public IEnumerable<(string Name, Parameter<T> Parameter)> Items =>
        [(_prefix + "sigma", Slope), (_prefix + "mu", Mean), (_prefix + "w", Weight), (_prefix + "erev", Reversal)];

    /// <summary>Place of a synapse's values in the parameters.</summary>
    public int Place(int index) => IsFull ? (Synapses[index].Source * Targets) + Synapses[index].Target : index;

    public void Initialize(Rng rng)
    {
        rng.For(_prefix + "sigma").Uniform(Slope.Values, 3, 8);
        rng.For(_prefix + "mu").Uniform(Mean.Values, 0.3, 0.8);
        rng.For(_prefix + "w").Uniform(Weight.Values, 0.001, 1);
        for (int i = 0; i < Synapses.Count; i++)
        {
            Reversal.Values[Place(i)] = T.CreateChecked(Synapses[i].Polarity);
        }
    }

    /// <summary>w of one synapse.</summary>
    public T Conductance(int place) => IsSoftplus ? Elementary.Softplus(Weight.Values[place]) : Weight.Values[place];

    /// <summary>
    /// Adds one synapse's gradients, from sums over steps and rows: with a = d loss / d numerator, b = d loss / d denominator,
    /// g = σ(...), o = (a E + b) g and q = o (1 - g): Σ a g, Σ o, Σ q and Σ q v.
    /// </summary>
    public void AddGradients(int place, T sumPull, T sumOpen, T sumSlope, T sumSlopeState, Gradients<T> gradients)
    {
        T weight = Conductance(place);
        T slope = Slope.Values[place];
        gradients[Weight][place] += IsSoftplus ? sumOpen * Elementary.Sigmoid(Weight.Values[place]) : sumOpen;
        gradients[Reversal][place] += weight * sumPull;
        gradients[Slope][place] += weight * (sumSlopeState - (Mean.Values[place] * sumSlope));
        gradients[Mean][place] -= weight * slope * sumSlope;
    }
}
