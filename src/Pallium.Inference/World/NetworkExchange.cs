using System.Numerics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Takes a network's weights over into one with a layer more, and from there into one with a layer less.</summary>
internal static class NetworkExchange
{
    private const string StartState = "start.state";

    /// <summary>The network with both layers: all weights there were, frozen, and a new layer that begins with what it can use of the old one.</summary>
    /// <param name="exchange">What is replaced.</param>
    /// <param name="network">The network before; it stays as it is.</param>
    /// <param name="core">Sizes.</param>
    /// <param name="hidden">Width of the head.</param>
    /// <param name="rng">Draws the new layer.</param>
    public static SliceNetwork<T> Begin<T>(StackExchange exchange, SliceNetwork<T> network, SliceCore core, int hidden, Rng rng)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SliceNetwork<T> both = WorldLearner.NewNetwork<T>(exchange.Imitating, core, hidden);
        both.Initialize(rng);
        Dictionary<string, Parameter<T>> before = ByName(network);
        foreach ((string name, Parameter<T> parameter) in both.Parameters.Items)
        {
            if (name == StartState)
            {
                parameter.IsFrozen = true;
                foreach (StateRun run in exchange.States)
                {
                    if (run.Before is int from)
                    {
                        network.StartState.Slice(from, run.Length).CopyTo(parameter.Values[run.Between..]);
                    }
                }
            }
            else if (StackExchange.NameBefore(name) is { } old)
            {
                before[old].Values.CopyTo(parameter.Values);
                parameter.IsFrozen = true;
            }
        }

        exchange.CarryProjections(both.Parameters.Items);
        both.Refresh();
        return both;
    }

    /// <summary>The network with the new layer alone, nothing frozen.</summary>
    public static SliceNetwork<T> End<T>(StackExchange exchange, SliceNetwork<T> both, SliceCore core, int hidden)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        SliceNetwork<T> network = WorldLearner.NewNetwork<T>(exchange.After, core, hidden);
        Dictionary<string, Parameter<T>> after = ByName(network);
        foreach ((string name, Parameter<T> parameter) in both.Parameters.Items)
        {
            if (name == StartState)
            {
                foreach (StateRun run in exchange.States)
                {
                    if (run.After is int to)
                    {
                        parameter.Values.Slice(run.Between, run.Length).CopyTo(network.StartState[to..]);
                    }
                }
            }
            else if (StackExchange.NameAfter(name) is { } own)
            {
                parameter.Values.CopyTo(after[own].Values);
            }
        }

        network.Refresh();
        return network;
    }

    private static Dictionary<string, Parameter<T>> ByName<T>(SliceNetwork<T> network)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        network.Parameters.Items.ToDictionary(item => item.Name, item => item.Parameter);
}
