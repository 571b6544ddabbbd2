namespace Pallium.Inference.Tests;

public sealed class SessionPlannerTests
{
    private static readonly Frame History = Simulated.Mixed(60, 41);
    private static readonly CellFunction Warm = new("(temperature-14)^2", [new(0, 0)], values => (values[0] - 14) * (values[0] - 14));

    private static PlanOptions Options { get; } = new() { Cost = Warm, Act = ["weather", "lamp"], Horizon = 3, Effort = 256, Threads = 1 };

    [Fact]
    public void A_plan_costs_less_than_doing_as_usual_and_tells_what_is_then_expected()
    {
        Session session = Simulated.MixedModel.After(History);
        Plan plan = session.Plan(Options with { Effort = 1024 });
        Assert.True(plan.Cost + (3 * plan.StandardError) < plan.UsualCost - (3 * plan.UsualError), $"{plan.Cost} ± {plan.StandardError}, {plan.UsualCost} ± {plan.UsualError}");
        Assert.True(plan.IsBetter);
        Assert.Empty(plan.Warnings);
        Assert.Equal(plan.Cost, plan.Costs.Sum(), 1e-9);
        Assert.Equal([session.Time + 3600, session.Time + 7200, session.Time + 10800], plan.Times);
        Assert.Equal(["weather", "lamp"], plan.Act.Select(channel => channel.Name));
        for (int h = 0; h < 3; h++)
        {
            // Warmth comes with wet weather, by which the data were made.
            Assert.Equal(2, plan.Actions[h][0]);
            Assert.Equal("wet", plan.Cells[h][3].Outcomes[0].Name);
            Assert.Equal(1, plan.Cells[h][3].Outcomes[0].Probability, 1e-12);
        }
    }

    /// <summary>What the plan hardly changes is much the same on both sides.</summary>
    [Fact]
    public void Plan_and_usual_meet_the_same_noise()
    {
        var cost = new CellFunction("rain > 1", [new(1, 0)], values => values[0] > 1 ? 1 : 0);
        Plan plan = Simulated.MixedModel.After(History).Plan(Options with { Cost = cost, Act = ["lamp"], Effort = 4096 });
        Assert.Equal(plan.Cost - plan.UsualCost, plan.Difference);
        double unpaired = Math.Sqrt((plan.StandardError * plan.StandardError) + (plan.UsualError * plan.UsualError));
        Assert.True(plan.DifferenceError < 0.7 * unpaired, $"{plan.DifferenceError}, {unpaired}");
    }

    [Fact]
    public void A_plan_that_is_no_better_than_doing_as_usual_says_so()
    {
        Session session = Simulated.MixedModel.After(History);
        var rain = new CellFunction("rain", [new(1, 0)], values => values[0]);
        Plan worse = session.Plan(Options with { Cost = rain, Act = ["rain"], Ranges = new Dictionary<string, Interval> { ["rain"] = new(50, 60) } });
        Assert.False(worse.IsBetter);
        Assert.True(worse.Difference > 100, $"{worse.Difference}");
        string sentence = Assert.Single(worse.Warnings);
        Assert.Contains("not better than doing as usual", sentence, StringComparison.Ordinal);
        Assert.EndsWith(".", sentence, StringComparison.Ordinal);

        Plan idle = session.Plan(Options with { Cost = new CellFunction("1", [], _ => 1) });
        Assert.Equal((0, 0), (idle.Difference, idle.DifferenceError));
        Assert.Single(idle.Warnings);
    }

    [Fact]
    public void The_bits_do_not_depend_on_threads()
    {
        Session session = Simulated.MixedModel.After(History);
        Plan one = session.Plan(Options);
        Plan three = session.Plan(Options with { Threads = 3 });
        Assert.Equal(one.Actions, three.Actions);
        Assert.Equal((one.Cost, one.UsualCost, one.Temperature), (three.Cost, three.UsualCost, three.Temperature));
        Assert.Equal(one.Cells[2][0].Mean, three.Cells[2][0].Mean);
        Assert.NotEqual(one.UsualCost, session.Plan(Options with { Seed = 2 }).UsualCost);
    }

    /// <summary>Change costs: the plan stays where the history ended.</summary>
    [Fact]
    public void A_cost_may_read_the_slice_before_and_begins_with_the_last_one_seen()
    {
        Session session = Simulated.MixedModel.After(Simulated.Mixed(60, 41, holes: 0));
        var change = new CellFunction("abs(lamp - lamp@-1)", [new(2, 0), new(2, -1)], values => Math.Abs(values[0] - values[1]));
        double last = Simulated.Mixed(60, 41, holes: 0).Series[0].Row(59)[2];
        Plan plan = session.Plan(Options with { Cost = change, Act = ["lamp"] });
        Assert.Equal(0, plan.Cost);
        Assert.All(plan.Actions, action => Assert.Equal(last, action[0]));
    }

    [Fact]
    public void Numbers_stay_within_the_range_met_in_learning_or_the_one_given()
    {
        Session session = Simulated.MixedModel.After(History);
        var more = new CellFunction("-rain", [new(1, 0)], values => -values[0]);
        Plan free = session.Plan(Options with { Cost = more, Act = ["rain"] });
        Assert.All(free.Actions, action => Assert.Equal(Simulated.MixedModel.Engine.Normalizer.Channels[1].High, action[0], 0.05));
        Plan held = session.Plan(Options with { Cost = more, Act = ["rain"], Ranges = new Dictionary<string, Interval> { ["rain"] = new(0, 0.5) } });
        Assert.All(held.Actions, action => Assert.Equal(0.5, action[0], 1e-9));
        Assert.Equal(-1.5, held.Cost, 1e-9);
    }

    [Fact]
    public void What_was_planned_before_and_what_is_known_in_advance_are_taken_in()
    {
        Session session = Simulated.MixedModel.After(History);
        Plan first = session.Plan(Options);
        session.Advance(new Slice(first.Times[0], [10, 0, first.Actions[0][1], first.Actions[0][0]]));
        double nan = double.NaN;
        Plan second = session.Plan(Options with { Previous = first, Future = [new(first.Times[1], [nan, 1.5, nan, nan])] });
        Assert.Equal(first.Times[1], second.Times[0]);
        Assert.Equal(1.5, second.Cells[0][1].Mean, 1e-9);
    }

    [Fact]
    public void What_cannot_be_planned_is_refused_in_a_sentence()
    {
        Session session = Simulated.MixedModel.After(History);
        static CellFunction Reads(int channel, int offset) => new("cost", [new(channel, offset)], values => values[0]);
        double nan = double.NaN;
        (PlanOptions Options, string Words)[] wrong =
        [
            (Options with { Act = [] }, "no channel"),
            (Options with { Act = ["lamp", "lamp"] }, "each once"),
            (Options with { Act = ["lmp"] }, "such as 'lamp'"),
            (Options with { Horizon = 0 }, "found 0"),
            (Options with { Effort = 10 }, "at least 64"),
            (Options with { Temperature = 0 }, "positive"),
            (Options with { Every = -1 }, "positive"),
            (Options with { Cost = Reads(0, -2) }, "temperature@-2"),
            (Options with { Cost = Reads(0, 1) }, "temperature@+1"),
            (Options with { Cost = Reads(9, 0) }, "number 9"),
            (Options with { Ranges = new Dictionary<string, Interval> { ["rain"] = new(0, 1) } }, "acted on"),
            (Options with { Ranges = new Dictionary<string, Interval> { ["lamp"] = new(0, 1) } }, "outcomes"),
            (Options with { Act = ["rain"], Ranges = new Dictionary<string, Interval> { ["rain"] = new(-1, 1) } }, "not negative"),
            (Options with { Act = ["rain"], Ranges = new Dictionary<string, Interval> { ["rain"] = new(1, 1) } }, "lower one first"),
            (Options with { Future = [new(session.NextTime, [nan, nan, 1, nan])] }, "acted on"),
        ];
        foreach ((PlanOptions options, string words) in wrong)
        {
            string message = Assert.Throws<InputException>(() => session.Plan(options)).Message;
            Assert.Contains(words, message, StringComparison.Ordinal);
            Assert.EndsWith(".", message, StringComparison.Ordinal);
        }

        Assert.Contains("has been seen", Assert.Throws<InputException>(() => Simulated.MixedModel.Begin().Plan(Options with { Cost = Reads(0, -1) })).Message, StringComparison.Ordinal);
        using var cancel = new CancellationTokenSource();
        cancel.Cancel();
        Assert.Throws<OperationCanceledException>(() => session.Plan(Options, cancel.Token));
    }
}
