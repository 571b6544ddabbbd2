using System.Numerics;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Gives a network new experts for new data; what it has stays frozen.</summary>
/// <remarks>
/// Learning begins with all experts at work and ends with the chosen ones alone, so that the new rows of the router hear from the beginning where the new experts help
/// (dense to sparse: Nie et al., 2021, arXiv 2112.14397). Growing with frozen experts: Chen et al., Lifelong MoE, ICML 2023 (arXiv 2305.12281).
/// </remarks>
internal static class ExpertGrowth
{
    /// <summary>A larger network with the old one's weights, frozen, and new ones drawn at random.</summary>
    /// <param name="old">What grows; it stays as it is.</param>
    /// <param name="core">Sizes.</param>
    /// <param name="experts">Experts to add to every mixture.</param>
    /// <param name="rng">Draws the new weights.</param>
    /// <exception cref="InputException">The stack has no experts, or none can be added.</exception>
    public static LearnedNetwork<T> Grow<T>(LearnedNetwork<T> old, SliceCore core, int experts, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        StackSpec stack = Grown(old.Stack, experts);
        return Enlarge(old, WorldLearner.NewNetwork<T>(stack.BeginDense(), core, old.Hidden), stack.ToString(), name => name, rng);
    }

    /// <summary>Draws a larger network, and gives it the old one's weights, frozen.</summary>
    /// <param name="old">Whose weights; it stays as it is.</param>
    /// <param name="network">The larger network.</param>
    /// <param name="stack">The text of its trunk.</param>
    /// <param name="newName">The name in the larger network of a parameter of the old one.</param>
    /// <param name="rng">Draws the new weights.</param>
    public static LearnedNetwork<T> Enlarge<T>(LearnedNetwork<T> old, SliceNetwork<T> network, string stack, Func<string, string> newName, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        network.Initialize(rng);
        Dictionary<string, Parameter<T>> known = old.Typed.Parameters.Items.ToDictionary(item => newName(item.Name), item => item.Parameter);
        foreach ((string name, Parameter<T> parameter) in network.Parameters.Items)
        {
            if (known.TryGetValue(name, out Parameter<T>? before))
            {
                before.Values.CopyTo(parameter.Values);
                parameter.IsFrozen = true;
            }
        }

        network.Refresh();
        return new LearnedNetwork<T>(network, new Adam<T>(network.Parameters), stack, old.Hidden, old.Precision);
    }

    private static StackSpec Grown(string text, int experts)
    {
        try
        {
            return StackText.Parse(text).GrowExperts(experts);
        }
        catch (StackTextException error)
        {
            throw new InputException($"Option grow experts: {error.Message}", error);
        }
    }
}
