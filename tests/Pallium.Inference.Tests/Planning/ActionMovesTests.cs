using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ActionMovesTests
{
    private const int Horizon = 7;

    private static readonly ActionRange[] Ranges =
    [
        new(new Channel("u", ChannelKind.Real) { Resolution = 0.1 }, -1, 1.5),
        new(new Channel("k", ChannelKind.Categorical) { Categories = ["a", "b", "c"] }, 0, 2),
    ];

    private static readonly ActionMoves Moves = new(Ranges, Horizon);

    [Fact]
    public void Whatever_is_moved_can_be_done()
    {
        var spread = new double[Moves.Length];
        spread.AsSpan().Fill(0.8);
        var sequence = new double[Moves.Length];
        Moves.Begin(new Rng(1), sequence);
        var seen = new HashSet<double>();
        for (int i = 0; i < 300; i++)
        {
            Moves.Move(new Rng(2).For(i), spread, sequence);
            for (int h = 0; h < Horizon; h++)
            {
                Assert.Equal(Ranges[0].Limit(sequence[2 * h]), sequence[2 * h]);
                Assert.InRange(sequence[2 * h], -1, 1.5);
                Assert.Equal(sequence[2 * h], Math.Round(sequence[2 * h], 1), 1e-12);
                Assert.Contains(sequence[(2 * h) + 1], new double[] { 0, 1, 2 });
                seen.Add(sequence[2 * h]);
            }
        }

        Assert.Equal(26, seen.Count);
    }

    [Fact]
    public void Holds_reach_from_all_least_to_all_largest()
    {
        var sequence = new double[Moves.Length];
        Moves.Hold(0, 5, new Rng(1), sequence);
        Assert.All(Enumerable.Range(0, Horizon), h => Assert.Equal((-1.0, 0.0), (sequence[2 * h], sequence[(2 * h) + 1])));
        Moves.Hold(4, 5, new Rng(1), sequence);
        Assert.All(Enumerable.Range(0, Horizon), h => Assert.Equal((1.5, 2.0), (sequence[2 * h], sequence[(2 * h) + 1])));
    }
}
