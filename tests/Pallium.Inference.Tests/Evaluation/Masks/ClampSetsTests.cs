using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ClampSetsTests
{
    private static readonly Channel[] Channels =
    [
        new("plan", ChannelKind.Binary) { Known = true }, .. new[] { "a", "b", "c", "d" }.Select(name => new Channel(name, ChannelKind.Real)),
    ];

    [Fact]
    public void Sizes_and_members_are_uniform_and_the_plan_is_always_given()
    {
        const int Draws = 4000;
        bool[][] sets = [.. Enumerable.Range(0, Draws).Select(i => ClampSets.Draw(Channels, new Rng(7).For(i)))];
        Assert.All(sets, given => Assert.True(given[0]));
        for (int size = 0; size < 4; size++)
        {
            Assert.InRange(sets.Count(given => given.Count(known => known) == 1 + size) / (double)Draws, 0.22, 0.28);
        }

        // A member is in a set of size s with probability s/4, so in 3/8 of all.
        Assert.All(Enumerable.Range(1, 4), c => Assert.InRange(sets.Count(given => given[c]) / (double)Draws, 0.345, 0.405));
    }

    [Fact]
    public void Sets_that_come_again_are_counted()
    {
        (bool[] Given, int Times)[] sets = ClampSets.Draw(Channels, 500, new Rng(7));
        Assert.Equal(500, sets.Sum(set => set.Times));

        // All subsets of four but the whole.
        Assert.Equal(15, sets.Length);
        Assert.Equal(15, sets.Select(set => string.Join(' ', set.Given)).Distinct().Count());
    }
}
