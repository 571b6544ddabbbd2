using Pallium.Numerics;

namespace Pallium.Inference.Tests;

public sealed class ActionSearchTests
{
    private static readonly ActionRange Number = new(new Channel("u", ChannelKind.Real) { Resolution = 0.001 }, -2, 2);
    private static readonly ActionRange Switch = new(new Channel("s", ChannelKind.Binary), 0, 1);
    private static readonly ActionRange Category = new(new Channel("k", ChannelKind.Categorical) { Categories = ["a", "b", "c", "d"] }, 0, 3);

    /// <summary>A sum whose best values are known, one of them beyond its bound.</summary>
    [Fact]
    public void The_least_of_a_parabola_is_found_within_the_bounds()
    {
        double[] targets = [0.5, -1.2, 3, 0, 1, -0.3];
        double[] found = Search([Number], 6, actions =>
        {
            double[] u = actions.ToArray();
            return u.Zip(targets, (one, target) => Square(one - target)).Sum() + Square(u.Sum() - 2);
        }).Actions;

        // All are moved by as much as the sum pulls, u_h = target_h - λ with λ = Σu - 2; the third is held by its bound.
        double pull = (targets.Sum() - 3 + 2 - 2) / 6;
        Assert.All(found.Where((_, h) => h != 2), (u, i) => Assert.Equal(targets[i < 2 ? i : i + 1] - pull, u, 0.05));
        Assert.Equal(2, found[2], 0.01);
    }

    [Fact]
    public void Numbers_switches_and_categories_are_planned_together()
    {
        double[] found = Search([Number, Switch, Category], 4, actions =>
        {
            double cost = 0;
            for (int h = 0; h < 4; h++)
            {
                cost += Square(actions[3 * h] - (actions[(3 * h) + 1] == 1 ? 1 : -1)) + (actions[(3 * h) + 1] == h % 2 ? 0 : 2) + Math.Abs(actions[(3 * h) + 2] - h);
            }

            return cost;
        }).Actions;
        for (int h = 0; h < 4; h++)
        {
            Assert.Equal(h % 2 == 1 ? 1 : -1, found[3 * h], 0.05);
            Assert.Equal(h % 2, found[(3 * h) + 1]);
            Assert.Equal(h, found[(3 * h) + 2]);
        }
    }

    /// <summary>Betting pays 3 in one of four roll-outs and costs 2 in the others: who looks at the luckiest roll-out bets.</summary>
    [Fact]
    public void Luck_is_not_planned_for()
    {
        FoundActions found = ActionSearch.Run(
            new Sum([Switch], 3, (actions, rng) => actions.ToArray().Sum(bet => bet * (rng.Uniform() < 0.25 ? -3 : 2))), new SearchOptions(4096, 1), TestContext.Current.CancellationToken);
        Assert.Equal([0.0, 0, 0], found.Actions);
    }

    /// <summary>Two valleys: T decides how much of the worse one is in the mean.</summary>
    [Fact]
    public void A_temperature_averages_and_without_one_the_best_is_taken()
    {
        static double Cost(ReadOnlySpan<double> actions) => 4 * Math.Min(Square(actions[0] - 1), Square(actions[0] + 1) + 0.1);
        Assert.Equal(1, Search([Number], 1, Cost).Actions[0], 0.05);
        Assert.InRange(Search([Number], 1, Cost, temperature: 100).Actions[0], -0.6, 0.6);
        Assert.Equal(100, Search([Number], 1, Cost, temperature: 100).Temperature);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1e6)]
    public void Where_all_costs_are_the_same_or_all_sequences_end_at_a_bound_actions_are_numbers(double slope)
    {
        FoundActions found = ActionSearch.Run(new Sum([Number], 3, (actions, _) => slope * actions.ToArray().Sum()), new SearchOptions(512, 1), TestContext.Current.CancellationToken);
        Assert.All(found.Actions, action => Assert.True(slope == 0 ? double.IsFinite(action) : action == Number.Low, $"{action}"));
        Assert.True(found.Temperature > 0, $"{found.Temperature}");
    }

    [Fact]
    public void The_same_seed_finds_the_same_and_about_the_effort_is_spent()
    {
        static double Cost(ReadOnlySpan<double> actions) => Square(actions[0] + actions[1] - 1);
        FoundActions one = Search([Number], 2, Cost);
        Assert.Equal(one.Actions, Search([Number], 2, Cost).Actions);
        Assert.InRange(one.Rollouts, 2000, 4096);
    }

    [Fact]
    public void A_cost_that_is_never_a_number_is_refused_and_one_that_is_sometimes_none_is_avoided()
    {
        Assert.Contains("finite", Assert.Throws<InputException>(() => Search([Number], 2, _ => double.NaN)).Message, StringComparison.Ordinal);
        Assert.Equal(0.2, Search([Number], 1, actions => actions[0] < 0.2 ? double.NaN : actions[0]).Actions[0], 0.05);
    }

    private static double Square(double x) => x * x;

    private static FoundActions Search(ActionRange[] ranges, int horizon, CostOf cost, double? temperature = null) => ActionSearch.Run(
        new Sum(ranges, horizon, (actions, rng) => cost(actions) + rng.Normal()), new SearchOptions(4096, 1) { Temperature = temperature }, TestContext.Current.CancellationToken);

    private delegate double CostOf(ReadOnlySpan<double> actions);

    private delegate double NoisyCostOf(ReadOnlySpan<double> actions, Rng rng);

    /// <summary>Nothing but a cost of the actions.</summary>
    private sealed class Sum(IReadOnlyList<ActionRange> ranges, int horizon, NoisyCostOf cost) : IRollout
    {
        public IReadOnlyList<ActionRange> Actions => ranges;

        public int Horizon => horizon;

        public void Costs(ReadOnlySpan<double> actions, int replicates, ulong seed, Span<double> costs, CancellationToken cancellation)
        {
            int length = horizon * ranges.Count;
            for (int i = 0; i < costs.Length; i++)
            {
                costs[i] = cost(actions.Slice(i / replicates * length, length), new Rng(seed).For(i % replicates));
            }
        }

        public void Usual(ulong seed, Span<double> actions, Span<double> costs, CancellationToken cancellation)
        {
            Rng rng = new Rng(seed).For("usual");
            for (int i = 0; i < actions.Length; i++)
            {
                actions[i] = ranges[i % ranges.Count].Draw(ref rng);
            }

            for (int i = 0; i < costs.Length; i++)
            {
                costs[i] = cost(actions.Slice(i * horizon * ranges.Count, horizon * ranges.Count), rng.For(i));
            }
        }
    }
}
