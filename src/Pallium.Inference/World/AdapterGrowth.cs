using System.Globalization;
using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Puts adapters around the layers of a network for new data; what it has stays frozen, and before they learn it gives what it gave.</summary>
/// <remarks>Mixtures of adapters on a frozen network: Zadouri et al., 2023, arXiv 2309.05444.</remarks>
internal static class AdapterGrowth
{
    /// <summary>The share of a network's weights that adapters should stay below.</summary>
    public const double MostShare = 0.01;

    private const int LargestRank = 64;
    private const string TrunkPrefix = "trunk.";

    /// <summary>A network with adapters and with the old one's weights, frozen.</summary>
    /// <param name="old">What is adapted; it stays as it is.</param>
    /// <param name="core">Sizes.</param>
    /// <param name="adapters">How many at each place.</param>
    /// <param name="rng">Draws the new weights.</param>
    /// <exception cref="InputException">The stack has no room for more layers.</exception>
    public static LearnedNetwork<T> Grow<T>(LearnedNetwork<T> old, SliceCore core, int adapters, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        try
        {
            StackSpec stack = Largest(StackText.Parse(old.Stack), core.EncoderInputs, adapters, old.Parameters, out IReadOnlyList<int> places);
            string text = StackText.Parse(stack.ToString()).ToString();
            return ExpertGrowth.Enlarge(old, WorldLearner.NewNetwork<T>(stack, core, old.Hidden), text, name => NewName(name, places), rng);
        }
        catch (StackTextException error)
        {
            throw new InputException($"Option adapters: {error.Message}", error);
        }
    }

    /// <summary>The stack with adapters of the largest rank (0, 1, 2, 4, ...) whose share stays small; of rank 0 where none does.</summary>
    private static StackSpec Largest(StackSpec stack, int inputs, int adapters, long weights, out IReadOnlyList<int> places)
    {
        StackSpec chosen = stack.Adapt(adapters, 0, out places);
        long before = stack.SizeOf(inputs).LeastWeights;
        for (int rank = 1; rank <= LargestRank; rank *= 2)
        {
            StackSpec larger = stack.Adapt(adapters, rank, out _);
            long added = larger.SizeOf(inputs).LeastWeights - before;
            if (added >= MostShare * (weights + added))
            {
                break;
            }

            chosen = larger;
        }

        return chosen;
    }

    /// <summary>A parameter's name where layers have moved apart.</summary>
    private static string NewName(string name, IReadOnlyList<int> places)
    {
        if (!name.StartsWith(TrunkPrefix, StringComparison.Ordinal))
        {
            return name;
        }

        string[] parts = name.Split('.', 3);
        return string.Create(CultureInfo.InvariantCulture, $"{TrunkPrefix}{places[int.Parse(parts[1], CultureInfo.InvariantCulture)]}.{parts[2]}");
    }
}
