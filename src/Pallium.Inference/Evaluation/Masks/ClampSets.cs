using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Random sets of channels that are given in a slice.</summary>
internal static class ClampSets
{
    /// <summary>One set: its size uniform in 0 .. n-1 and its members uniform, of the n channels that are not known in advance; those that are belong to every set.</summary>
    /// <param name="channels">All channels.</param>
    /// <param name="rng">Draws the set.</param>
    /// <returns>Which channels are given, [channels].</returns>
    public static bool[] Draw(IReadOnlyList<Channel> channels, Rng rng)
    {
        int[] free = [.. Enumerable.Range(0, channels.Count).Where(c => !channels[c].Known)];
        bool[] given = [.. channels.Select(channel => channel.Known)];
        var order = new int[free.Length];
        int size = rng.Below(Math.Max(1, free.Length));
        rng.Permutation(order);
        foreach (int i in order.AsSpan(0, size))
        {
            given[free[i]] = true;
        }

        return given;
    }

    /// <summary>Many sets, each as often as it was drawn, in the order of their first draws.</summary>
    public static (bool[] Given, int Times)[] Draw(IReadOnlyList<Channel> channels, int draws, Rng rng) =>
    [
        .. Enumerable.Range(0, draws).Select(i => Draw(channels, rng.For(i)))
            .GroupBy(given => string.Concat(given.Select(known => known ? '1' : '0')))
            .Select(same => (same.First(), same.Count())),
    ];
}
