using Pallium.Numerics;

namespace Pallium.Learning.Tests;

public sealed class TokenTaskTests
{
    [Theory]
    [InlineData(16, 4, 16)]
    [InlineData(256, 64, 256)]
    [InlineData(256, 64, 512)]
    [InlineData(8192, 16, 101)]
    public void Every_key_comes_once_more_and_its_value_is_asked_for(int vocabulary, int pairs, int length)
    {
        (int[] tokens, int[] targets) = Draw(new RecallTask(vocabulary, pairs), length, 1);
        int[] keys = [.. Enumerable.Range(0, pairs).Select(pair => tokens[2 * pair])];
        int[] values = [.. Enumerable.Range(0, pairs).Select(pair => tokens[(2 * pair) + 1])];
        Assert.Equal(pairs, keys.Distinct().Count());
        Assert.Equal(pairs, values.Distinct().Count());
        Assert.All(keys, key => Assert.InRange(key, 1, (vocabulary / 2) - 1));
        Assert.All(values, value => Assert.InRange(value, vocabulary / 2, vocabulary - 1));
        int[] asked = [.. Enumerable.Range(0, length).Where(i => targets[i] >= 0)];
        Assert.Equal(pairs, asked.Length);
        Assert.All(asked, i => Assert.Equal(values[Array.IndexOf(keys, tokens[i])], targets[i]));
        Assert.All(asked, i => Assert.True(i >= 2 * pairs && i % 2 == 0));
        Assert.Equal(keys.Order(), asked.Select(i => tokens[i]).Order());
        Assert.All(Enumerable.Range(2 * pairs, length - (2 * pairs)).Except(asked), i => Assert.DoesNotContain(tokens[i], keys));
    }

    [Fact]
    public void Near_slots_are_likelier_by_the_power_law()
    {
        // One pair among three slots of weights 1, 1/2 and 1/3 (power near 0).
        var task = new RecallTask(16, 1, power: 1e-9);
        var counts = new int[3];
        for (int i = 0; i < 11_000; i++)
        {
            counts[(Array.FindIndex(Draw(task, 8, i).Targets, target => target >= 0) - 2) / 2]++;
        }

        Assert.Equal(6000, counts[0], 200.0);
        Assert.Equal(3000, counts[1], 200.0);
        Assert.Equal(2000, counts[2], 200.0);
    }

    [Fact]
    public void Scattered_data_are_asked_for_in_order()
    {
        (int[] tokens, int[] targets) = Draw(new SelectiveCopyTask(data: 5, copied: 4), 20, 3);
        Assert.Equal([6, 6, 6, 6], tokens[16..]);
        Assert.Equal(tokens[..16].Where(token => token != 0).Select(token => token - 1), targets[16..]);
        Assert.All(targets[..16], target => Assert.Equal(TokenTask.NotAsked, target));
        Assert.Equal(4, tokens[..16].Count(token => token != 0));
    }

    [Fact]
    public void What_followed_the_special_token_is_asked_for_at_its_second_coming()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            (int[] tokens, int[] targets) = Draw(new InductionTask(8), 3 + (seed % 7), seed);
            int special = Array.IndexOf(tokens, 8);
            Assert.Equal(tokens.Length - 1, Array.LastIndexOf(tokens, 8));
            Assert.Equal(2, tokens.Count(token => token == 8));
            Assert.Equal(tokens[special + 1], targets[^1]);
            Assert.All(targets[..^1], target => Assert.Equal(TokenTask.NotAsked, target));
        }
    }

    [Fact]
    public void Sums_are_asked_for_at_every_step()
    {
        (int[] tokens, int[] targets) = Draw(new AutomatonTask(Automaton.Sum(3)), 30, 5);
        Assert.Equal(Enumerable.Range(1, 30).Select(count => tokens[..count].Sum() % 3), targets);
    }

    [Fact]
    public void Sequences_that_hold_too_little_are_refused()
    {
        Assert.Throws<ArgumentException>(() => Draw(new RecallTask(16, 4), 15, 1));
        Assert.Throws<ArgumentException>(() => Draw(new SelectiveCopyTask(copied: 4), 7, 1));
        Assert.Throws<ArgumentException>(() => Draw(new InductionTask(), 2, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => new RecallTask(16, 8));
    }

    private static (int[] Tokens, int[] Targets) Draw(TokenTask task, int length, int seed)
    {
        var tokens = new int[length];
        var targets = new int[length];
        task.Draw(new Rng((ulong)seed), tokens, targets);
        Assert.All(tokens, token => Assert.InRange(token, 0, task.Vocabulary - 1));
        Assert.All(targets, target => Assert.InRange(target, TokenTask.NotAsked, task.Classes - 1));
        return (tokens, targets);
    }
}
