using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A connection between two neurons, or from an input to a neuron.</summary>
/// <param name="Source">Presynaptic neuron or input.</param>
/// <param name="Target">Postsynaptic neuron.</param>
/// <param name="Polarity">+1 excites, -1 inhibits.</param>
public readonly record struct Synapse(int Source, int Target, int Polarity);

/// <summary>Which neurons are connected to which. The first <see cref="Outputs"/> neurons are the motor neurons, whose states are read.</summary>
/// <remarks>Source: the wirings of ncps (Lechner et al., Nature Machine Intelligence 2, 2020).</remarks>
public class Wiring
{
    /// <summary>A wiring of given synapses; of two with the same ends the later one holds.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, there are more outputs than neurons, or a synapse ends outside.</exception>
    public Wiring(int inputs, int units, int outputs, IEnumerable<Synapse> sensory, IEnumerable<Synapse> synapses)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(units);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(outputs, units);
        Inputs = inputs;
        Units = units;
        Outputs = outputs;
        Sensory = Sorted(sensory, inputs);
        Synapses = Sorted(synapses, units);
    }

    /// <summary>Input channels.</summary>
    public int Inputs { get; }

    /// <summary>Neurons.</summary>
    public int Units { get; }

    /// <summary>Motor neurons.</summary>
    public int Outputs { get; }

    /// <summary>Synapses from inputs, by target, then source.</summary>
    public IReadOnlyList<Synapse> Sensory { get; }

    /// <summary>Synapses between neurons, by target, then source.</summary>
    public IReadOnlyList<Synapse> Synapses { get; }

    /// <summary>Whether every neuron is connected to every neuron and every input.</summary>
    public bool IsFull => Sensory.Count == Inputs * Units && Synapses.Count == Units * Units;

    /// <summary>Everything connected, itself included; two of three synapses excite. All neurons are motor neurons.</summary>
    public static Wiring Full(int inputs, int units, Rng rng) => Random(inputs, units, 0, rng);

    /// <summary>A share of all possible synapses, drawn at random; two of three excite. All neurons are motor neurons.</summary>
    /// <param name="inputs">Input channels.</param>
    /// <param name="units">Neurons.</param>
    /// <param name="sparsity">Share of synapses left out, at least 0 and less than 1.</param>
    /// <param name="rng">Draws places and polarities.</param>
    public static Wiring Random(int inputs, int units, double sparsity, Rng rng)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(sparsity);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(sparsity, 1);
        return new(inputs, units, units, Share(inputs, units, sparsity, rng.For("sensory")), Share(units, units, sparsity, rng.For("synapses")));
    }

    private static IEnumerable<Synapse> Share(int sources, int targets, double sparsity, Rng rng)
    {
        Rng polarity = rng.For("polarity");
        var places = new int[checked(sources * targets)];
        rng.Permutation(places);
        int count = Math.Max(1, (int)Math.Round(places.Length * (1 - sparsity)));
        return [.. places.Take(count).Select(place => new Synapse(place / targets, place % targets, polarity.Below(3) == 0 ? -1 : 1))];
    }

    private Synapse[] Sorted(IEnumerable<Synapse> synapses, int sources)
    {
        var places = new SortedDictionary<(int Target, int Source), Synapse>();
        foreach (Synapse synapse in synapses)
        {
            if ((uint)synapse.Source >= (uint)sources || (uint)synapse.Target >= (uint)Units || Math.Abs(synapse.Polarity) != 1)
            {
                throw new ArgumentOutOfRangeException(
                    nameof(synapses), synapse, $"A synapse goes from one of {sources} to one of {Units}, with polarity -1 or +1.");
            }

            places[(synapse.Target, synapse.Source)] = synapse;
        }

        return [.. places.Values];
    }
}
