using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What an <see cref="NcpWiring"/> is drawn from.</summary>
/// <param name="Inputs">Input channels.</param>
/// <param name="Inter">Inter neurons.</param>
/// <param name="Command">Command neurons.</param>
/// <param name="Motor">Motor neurons.</param>
public sealed record NcpOptions(int Inputs, int Inter, int Command, int Motor)
{
    /// <summary>Inter neurons that each input reaches.</summary>
    public required int SensoryFanOut { get; init; }

    /// <summary>Command neurons that each inter neuron reaches.</summary>
    public required int InterFanOut { get; init; }

    /// <summary>Draws of a synapse between command neurons; places drawn twice hold one.</summary>
    public required int RecurrentCommandSynapses { get; init; }

    /// <summary>Command neurons that each motor neuron hears.</summary>
    public required int MotorFanIn { get; init; }

    /// <summary>The sizes that follow from a number of neurons and a share of synapses left out.</summary>
    /// <param name="inputs">Input channels.</param>
    /// <param name="units">Neurons in all, at least three more than outputs.</param>
    /// <param name="outputs">Motor neurons.</param>
    /// <param name="sparsity">Share of synapses left out, from 0 up to 0.9.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are too few neurons, or the sparsity is out of range.</exception>
    public static NcpOptions Auto(int inputs, int units, int outputs, double sparsity = 0.5)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        ArgumentOutOfRangeException.ThrowIfLessThan(units, outputs + 3);
        ArgumentOutOfRangeException.ThrowIfNegative(sparsity);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(sparsity, 0.9);
        double density = 1 - sparsity;
        int Share(double count) => Math.Max((int)(count * density), 1);
        int command = Math.Max((int)(0.4 * (units - outputs)), 1);
        int inter = units - outputs - command;
        return new(inputs, inter, command, outputs)
        {
            SensoryFanOut = Share(inter),
            InterFanOut = Share(command),
            RecurrentCommandSynapses = Share(command * 2),
            MotorFanIn = Share(command),
        };
    }
}

/// <summary>Neural circuit policy: inputs reach inter neurons, these command neurons (which reach one another), these motor neurons.</summary>
/// <remarks>
/// Neurons are numbered motor, command, inter. Neurons left without a source (inter, command) or a target (command) get as
/// many as the others have on average. Source: Lechner et al., Nature Machine Intelligence 2, 2020.
/// </remarks>
public sealed class NcpWiring : Wiring
{
    /// <summary>A circuit of given synapses.</summary>
    public NcpWiring(int inputs, int inter, int command, int motor, IEnumerable<Synapse> sensory, IEnumerable<Synapse> synapses)
        : base(inputs, inter + command + motor, motor, sensory, synapses)
    {
        Inter = inter;
        Command = command;
    }

    /// <summary>Inter neurons, the last.</summary>
    public int Inter { get; }

    /// <summary>Command neurons, after the motor neurons.</summary>
    public int Command { get; }

    /// <summary>Draws a circuit.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, or a fan is larger than the layer that it reaches.</exception>
    public static NcpWiring Draw(NcpOptions options, Rng rng)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inter);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Command);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Motor);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.SensoryFanOut, options.Inter);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.InterFanOut, options.Command);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MotorFanIn, options.Command);
        int[] inputs = [.. Enumerable.Range(0, options.Inputs)];
        int[] motor = [.. Enumerable.Range(0, options.Motor)];
        int[] command = [.. Enumerable.Range(options.Motor, options.Command)];
        int[] inter = [.. Enumerable.Range(options.Motor + options.Command, options.Inter)];

        List<Synapse> sensory = FanOut(inputs, inter, options.SensoryFanOut, rng.For("sensory"));
        List<Synapse> synapses = FanOut(inter, command, options.InterFanOut, rng.For("inter"));
        synapses.AddRange(Recurrent(command, options.RecurrentCommandSynapses, rng.For("command")));
        synapses.AddRange(FanOut(motor, command, options.MotorFanIn, rng.For("motor")).Select(item => item with { Source = item.Target, Target = item.Source }));
        return new(options.Inputs, options.Inter, options.Command, options.Motor, sensory, synapses);
    }

    /// <summary>Each of one side reaches some of the other; those of the other side that none reached are reached by as many as the rest on average.</summary>
    private static List<Synapse> FanOut(int[] sources, int[] targets, int fan, Rng rng)
    {
        var synapses = new List<Synapse>();
        foreach (int source in sources)
        {
            foreach (int target in Choose(targets, fan, ref rng))
            {
                synapses.Add(new(source, target, Polarity(ref rng)));
            }
        }

        int mean = Math.Clamp(sources.Length * fan / targets.Length, 1, sources.Length);
        foreach (int forgotten in targets.Except(synapses.Select(synapse => synapse.Target)).ToArray())
        {
            foreach (int source in Choose(sources, mean, ref rng))
            {
                synapses.Add(new(source, forgotten, Polarity(ref rng)));
            }
        }

        return synapses;
    }

    private static List<Synapse> Recurrent(int[] neurons, int count, Rng rng)
    {
        var synapses = new List<Synapse>();
        for (int i = 0; i < count; i++)
        {
            synapses.Add(new(neurons[rng.Below(neurons.Length)], neurons[rng.Below(neurons.Length)], Polarity(ref rng)));
        }

        return synapses;
    }

    private static int[] Choose(int[] from, int count, ref Rng rng)
    {
        var order = new int[from.Length];
        rng.Permutation(order);
        return [.. order.Take(count).Select(i => from[i])];
    }

    private static int Polarity(ref Rng rng) => rng.Below(2) == 0 ? -1 : 1;
}
