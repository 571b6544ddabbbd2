using System.Globalization;
using Pallium.Shared;

namespace Pallium.Inference.Tests;

/// <summary>Planning slice by slice against dynamic programming on a fine grid, over the same noise.</summary>
public sealed class PlanningTests(ITestOutputHelper output)
{
    /// <summary>What a policy may cost, in units of the best one's.</summary>
    private const double WithSimulator = 1.05;
    private const double WithLearnedModel = 1.2;

    private static readonly ulong Seeds = LongForm.IsWanted ? 20UL : 2;
    private static readonly Thermostat Room = new();
    private static readonly Pendulum Swing = new();
    private static readonly int Hours = LongForm.IsWanted ? 48 : 24;
    private static readonly int Tenths = LongForm.IsWanted ? 40 : 24;
    private static readonly Lazy<DynamicProgram> BestRoom = new(() => new DynamicProgram(Room, Hours, 101, new GridAxis(5, 35, 601)));
    private static readonly Lazy<DynamicProgram> BestSwing = new(
        () => LongForm.IsWanted
            ? new DynamicProgram(Swing, Tenths, 29, new GridAxis(-1.5, 1.5, 121), new GridAxis(-2.5, 2.5, 101))
            : new DynamicProgram(Swing, Tenths, 15, new GridAxis(-1.5, 1.5, 61), new GridAxis(-2.5, 2.5, 51)));
    private static readonly Lazy<DynamicProgram> BestSwingUp = new(
        () => new DynamicProgram(Swing, Tenths, 29, new GridAxis(-Math.PI, Math.PI, 161, Circle: true), new GridAxis(-9, 9, 145)));

    [Fact]
    public void With_the_simulator_as_the_model_a_room_costs_as_with_dynamic_programming()
    {
        double[] starts = [21, 17, 23];
        Compare("thermostat, simulator", Room, Hours, BestRoom.Value, seed => [starts[seed % 3]], WithSimulator, (_, _) => (Simulated(Room, Hours, 12), null));
    }

    [Fact]
    public void With_the_simulator_as_the_model_a_pendulum_is_held_up_as_with_dynamic_programming() =>
        Compare("pendulum held up, simulator", Swing, Tenths, BestSwing.Value, Fallen, WithSimulator, (_, _) => (Simulated(Swing, Tenths, 10), null));

    /// <summary>A plan does not know that it will be able to react: on the way up, where noise grows, it sees chance where there will be control.</summary>
    [Fact]
    public void With_the_simulator_as_the_model_a_pendulum_is_swung_up_from_below()
    {
        Assert.SkipUnless(LongForm.IsWanted, "The long form, with PALLIUM_LONG=1.");
        Compare("pendulum swung up, simulator", Swing, Tenths, BestSwingUp.Value, seed => [Math.PI + (0.1 * (seed % 3)), 0], WithSimulator, (_, _) => (Simulated(Swing, Tenths, 20), null));
    }

    [Fact]
    public void With_a_learned_model_a_room_costs_little_more()
    {
        LearnedPlant learned = LearnedPlant.OfThermostat(2000, new LearnOptions { Stack = "none", Threads = 1 });
        double[] starts = [21, 17, 23];
        Compare("thermostat, learned", Room, Hours, BestRoom.Value, seed => [starts[seed % 3]], WithLearnedModel, (start, seed) => With(learned, start, Hours, 12, "heating", seed));
    }

    [Fact]
    public void With_a_learned_model_a_pendulum_is_held_up_for_little_more()
    {
        LearnedPlant learned = LearnedPlant.OfPendulum(4000, new LearnOptions { Stack = LongForm.IsWanted ? "gru(16)" : "none", Threads = 2 });
        Compare("pendulum held up, learned", Swing, Tenths, BestSwing.Value, Fallen, WithLearnedModel, (start, seed) => With(learned, start, Tenths, 10, "torque", seed));
    }

    /// <summary>Angles and velocities that must be caught.</summary>
    private static double[] Fallen(ulong seed) => (seed % 3) switch { 0 => [0.5, 0], 1 => [-0.3, -0.5], _ => [0.6, -0.4] };

    private static Func<double[], int, double> Simulated(Plant plant, int slices, int horizon)
    {
        double[] previous = [];
        return (state, t) =>
        {
            var rollout = new PlantRollout(plant, [.. state], t, Math.Min(horizon, slices - t));
            double[] actions = ActionSearch.Run(rollout, new SearchOptions(LongForm.IsWanted ? 4096 : 2048, (ulong)t) { Previous = previous }).Actions;
            previous = actions[1..];
            return actions[0];
        };
    }

    private static (Func<double[], int, double> Policy, Action<int, double, double[]> Watch) With(
        LearnedPlant learned, double[] start, int slices, int horizon, string act, ulong seed)
    {
        var options = new PlanOptions { Cost = learned.Cost, Act = [act], Horizon = horizon, Effort = LongForm.IsWanted ? 2048 : 1024, Seed = 1000 * seed, Threads = 1 };
        Func<double[], int, double> policy = learned.Policy(start, slices, options, out Action<int, double, double[]> watch);
        return (policy, watch);
    }

    private void Compare(
        string what, Plant plant, int slices, DynamicProgram best, Func<ulong, double[]> start, double most,
        Func<double[], ulong, (Func<double[], int, double> Policy, Action<int, double, double[]>? Watch)> planner)
    {
        double cost = 0;
        double least = 0;
        double greedy = 0;
        for (ulong seed = 0; seed < Seeds; seed++)
        {
            double[] from = start(seed);
            least += plant.Run(from, slices, seed, best.Action);
            greedy += plant.Run(from, slices, seed, DynamicProgram.Greedy(plant).Action);
            (Func<double[], int, double> policy, Action<int, double, double[]>? watch) = planner(from, seed);
            cost += plant.Run(from, slices, seed, policy, watch);
        }

        output.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{what}: {cost / Seeds:F3} a run of {slices} slices, dynamic programming {least / Seeds:F3}, ratio {cost / least:F3}; one slice ahead {greedy / least:F3} ({Seeds} runs)"));
        Assert.True(cost <= most * least, $"{what}: {cost} against {least}");
    }
}
