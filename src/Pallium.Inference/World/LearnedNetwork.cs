using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>A network with what is needed to save it and to go on learning, whatever it computes in.</summary>
internal interface ILearnedNetwork
{
    ISliceNetwork Network { get; }

    /// <summary>Canonical stack text.</summary>
    string Stack { get; }

    /// <summary>Width of the head.</summary>
    int Hidden { get; }

    Precision Precision { get; }

    /// <summary>Number of learned parameters.</summary>
    long Parameters { get; }

    /// <summary>Multiply-adds of trunk and head per slice and question.</summary>
    (long Trunk, long Head) MultiplyAdds { get; }

    /// <summary>What the weights are stored as; null: as they are.</summary>
    WeightFormat? Weights { get; }

    /// <summary>Bytes that the weights take in a file.</summary>
    long StoredBytes { get; }

    /// <summary>The experts that stay in the model's file; null: none do.</summary>
    IExpertStore? Experts { get; }

    /// <summary>Rounds the network's own weights to what a format has, from where on they are stored so.</summary>
    /// <exception cref="InputException">A weight is too large for the format, or it is one of single precision alone.</exception>
    ILearnedNetwork Round(WeightFormat format);

    /// <summary>Writes weights and, where they are stored as they are, the optimiser's state, under names that begin with <paramref name="prefix"/>.</summary>
    void Write(SafetensorsWriter writer, string prefix = "");
}

/// <summary>A network with its optimiser.</summary>
/// <remarks>
/// Rounded weights are stored without the optimiser's state, which would be eight times as large; learning on begins with a new one. The stored form
/// is kept beside the weights, because a layer may change a decoded start state to one that it can have.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class LearnedNetwork<T>(
    SliceNetwork<T> network, Adam<T> optimizer, string stack, int hidden, Precision precision, WeightFormat? format = null, StoredWeights[]? stored = null,
    IExpertStore? experts = null) : ILearnedNetwork
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>How the names of the trunk's weights begin in a file.</summary>
    public const string TrunkPrefix = WeightPrefix + "trunk.";

    private const string WeightPrefix = "network.";
    private const string MeanPrefix = "optimizer.mean.";
    private const string SquarePrefix = "optimizer.square.";
    private const string StepsName = "optimizer.steps";

    public SliceNetwork<T> Typed => network;

    public ISliceNetwork Network => network;

    public Adam<T> Optimizer => optimizer;

    public string Stack => stack;

    public int Hidden => hidden;

    public Precision Precision => precision;

    public long Parameters => network.Parameters.Length + (experts?.Parameters ?? 0);

    public (long Trunk, long Head) MultiplyAdds => (network.Trunk.Cost.MultiplyAdds, network.Head.MultiplyAdds);

    public WeightFormat? Weights => format;

    public long StoredBytes => (stored?.Sum(weights => weights.Bytes) ?? (network.Parameters.Length * (long)Unsafe.SizeOf<T>())) + (experts?.StoredBytes ?? 0);

    public IExpertStore? Experts => experts;

    public ILearnedNetwork Round(WeightFormat to)
    {
        StoredWeights[] rounded = Room(network, to);
        for (int i = 0; i < rounded.Length; i++)
        {
            (string name, Parameter<T> parameter) = network.Parameters.Items[i];
            rounded[i].Encode(parameter);
            rounded[i].Decode(parameter);
            if (parameter.Length > 0 && !TensorPrimitives.IsFiniteAll<T>(parameter.Values))
            {
                throw new InputException($"The weights {name} hold a number that is too large to be stored as {to}.");
            }
        }

        network.Refresh();
        return new LearnedNetwork<T>(network, optimizer, stack, hidden, precision, to, rounded);
    }

    public void Write(SafetensorsWriter writer, string prefix = "")
    {
        if (stored is not null)
        {
            foreach (((string name, _), StoredWeights weights) in network.Parameters.Items.Zip(stored))
            {
                weights.Write(writer, prefix + WeightPrefix + name);
            }

            return;
        }

        int offset = 0;
        foreach ((string name, Parameter<T> parameter) in network.Parameters.Items)
        {
            int[] shape = [.. parameter.Shape];
            writer.Add(prefix + WeightPrefix + name, parameter);
            writer.Add<T>(prefix + MeanPrefix + name, optimizer.Mean.Slice(offset, parameter.Length), shape);
            writer.Add<T>(prefix + SquarePrefix + name, optimizer.Square.Slice(offset, parameter.Length), shape);
            offset += parameter.Length;
        }

        writer.Add<long>(prefix + StepsName, [optimizer.Steps], 1);
    }

    /// <summary>How many weights a file holds.</summary>
    public static long CountWeights(SafetensorsFile file, string prefix = "") =>
        file.Tensors.Where(tensor => tensor.Name.StartsWith(prefix + WeightPrefix, StringComparison.Ordinal)).Sum(tensor => (long)tensor.Length);

    /// <summary>Fills a network of the right shape from a file that stores its weights in a format.</summary>
    /// <exception cref="FormatException">A tensor is missing, has another type or shape, or holds what cannot be a weight.</exception>
    public static LearnedNetwork<T> Read(
        SafetensorsFile file, SliceNetwork<T> network, string stack, int hidden, Precision precision, AdamOptions options, WeightFormat format, string prefix = "",
        IExpertStore? experts = null)
    {
        StoredWeights[] stored = Room(network, format);
        for (int i = 0; i < stored.Length; i++)
        {
            (string name, Parameter<T> parameter) = network.Parameters.Items[i];
            stored[i].Read(file, prefix + WeightPrefix + name);
            stored[i].Decode(parameter);
        }

        network.Refresh();
        return new LearnedNetwork<T>(network, new Adam<T>(network.Parameters, options), stack, hidden, precision, format, stored, experts);
    }

    /// <summary>Fills a network of the right shape from a file.</summary>
    /// <exception cref="FormatException">A tensor is missing or has another shape.</exception>
    public static LearnedNetwork<T> Read(
        SafetensorsFile file, SliceNetwork<T> network, string stack, int hidden, Precision precision, AdamOptions options, string prefix = "", IExpertStore? experts = null)
    {
        var optimizer = new Adam<T>(network.Parameters, options);
        int offset = 0;
        foreach ((string name, Parameter<T> parameter) in network.Parameters.Items)
        {
            file[prefix + WeightPrefix + name].CopyTo(parameter);
            file[prefix + MeanPrefix + name].CopyTo(optimizer.Mean.Slice(offset, parameter.Length));
            file[prefix + SquarePrefix + name].CopyTo(optimizer.Square.Slice(offset, parameter.Length));
            offset += parameter.Length;
        }

        ReadOnlySpan<long> steps = file[prefix + StepsName].Values<long>();
        if (steps.Length != 1 || steps[0] < 0)
        {
            throw new FormatException($"The tensor {prefix + StepsName} does not hold one number that is not negative.");
        }

        optimizer.Resume(steps[0]);
        network.Refresh();
        return new LearnedNetwork<T>(network, optimizer, stack, hidden, precision, experts: experts);
    }

    private static StoredWeights[] Room(SliceNetwork<T> network, WeightFormat format) =>
        format.Product is not null && typeof(T) != typeof(float)
            ? throw new InputException($"Weights stored as {format} are multiplied in single precision; found a network that computes in double.")
            : [.. network.Parameters.Items.Select(item => format.Create(item.Parameter))];
}
