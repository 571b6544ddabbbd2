using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>A model learned from a plant that was explored, and the plan that it makes slice by slice.</summary>
/// <param name="Model">The model: action first, then what is read of the state and the surroundings.</param>
/// <param name="Cost">The plant's cost over the model's channels.</param>
/// <param name="Read">From slice and state to what is recorded beside the action.</param>
internal sealed record LearnedPlant(WorldModel Model, CellFunction Cost, Func<int, double[], double[]> Read)
{
    private const double Hour = 3600;

    /// <summary>The room, explored by a thermostat whose wanted temperature jumps, and dither.</summary>
    public static LearnedPlant OfThermostat(int rows, LearnOptions options)
    {
        Channel[] channels = [new Thermostat().Action.Channel, Fine("temperature"), Fine("outside")];
        var cost = new CellFunction(
            "(temperature-21)^2 + 0.1*heating", [new(1, 0), new(0, 0)], values => ((values[0] - 21) * (values[0] - 21)) + (0.1 * values[1]));
        Rng rng = new Rng(1).For("explore");
        double wanted = 20;
        return Of(new Thermostat(), channels, cost, (t, state) => [state[0], Thermostat.Outside(t)], [20], rows, rows, options, (state, _) =>
        {
            wanted = rng.Uniform() < 0.1 ? 15 + (10 * rng.Uniform()) : wanted;
            return (0.3 * (wanted - state[0])) + (1.4 * rng.Uniform()) - 0.2;
        });
    }

    /// <summary>The pendulum near upright, held by a poor hand that trembles; it is put back when it has fallen.</summary>
    public static LearnedPlant OfPendulum(int rows, LearnOptions options)
    {
        Channel[] channels = [new Pendulum().Action.Channel, Fine("angle"), Fine("velocity")];
        var cost = new CellFunction(
            "angle^2 + 0.1*velocity^2 + 0.001*torque^2", [new(1, 0), new(2, 0), new(0, 0)],
            values => (values[0] * values[0]) + (0.1 * values[1] * values[1]) + (0.001 * values[2] * values[2]));
        Rng rng = new Rng(1).For("explore");
        double wanted = 0;
        return Of(new Pendulum(), channels, cost, (_, state) => [state[0], state[1]], [0, 0], rows, 1.6, options, (state, _) =>
        {
            wanted = rng.Uniform() < 0.1 ? 0.8 * (rng.Uniform() - 0.5) : wanted;
            return (-9 * (state[0] - wanted)) - (3.5 * state[1]) + rng.Normal();
        });
    }

    /// <summary>A policy that plans anew each slice, fed with what is read.</summary>
    public Func<double[], int, double> Policy(double[] start, int slices, PlanOptions options, out Action<int, double, double[]> watch)
    {
        Session session = Model.Begin();
        session.Advance(new Slice(-Hour, [double.NaN, .. Read(-1, start)]));
        Plan? previous = null;
        watch = (t, action, state) => session.Advance(new Slice(t * Hour, [action, .. Read(t, state)]));
        return (_, t) =>
        {
            previous = session.Plan(options with { Horizon = Math.Min(options.Horizon, slices - t), Previous = previous, Seed = options.Seed + (ulong)t });
            return previous.Actions[0][0];
        };
    }

    private static Channel Fine(string name) => new(name, ChannelKind.Real) { Resolution = 0.001 };

    /// <summary>Records an exploration as one series; where the state's first number leaves the limit a new series begins.</summary>
    private static LearnedPlant Of(
        Plant plant, Channel[] channels, CellFunction cost, Func<int, double[], double[]> read, double[] start, int rows, double limit, LearnOptions options,
        Func<double[], int, double> explore)
    {
        var series = new List<Series>();
        var values = new List<double>();
        double[] state = [.. start];
        Rng noise = new Rng(2).For("plant");
        int first = 0;
        for (int t = 0; t < rows; t++)
        {
            double action = plant.Action.Limit(explore(state, t));
            plant.Step(state, t, action, noise.Normal());
            values.AddRange([action, .. read(t, state).Select(x => Math.Round(x, 3))]);
            if (t == rows - 1 || Math.Abs(state[0]) > limit)
            {
                series.Add(new Series($"{series.Count}", [.. Enumerable.Range(first, t + 1 - first).Select(i => i * Hour)], [.. values]));
                values.Clear();
                start.CopyTo(state, 0);
                first = t + 1;
            }
        }

        // Only the room knows the time of day.
        var schema = new FrameSchema(channels) { Time = new TimeAxis(series.Count > 1 ? TimeKind.Number : TimeKind.Date) { Column = "time", Step = Hour }, SeriesColumn = series.Count > 1 ? "run" : null };
        return new LearnedPlant(WorldModel.Learn(new Frame(schema, series), options), cost, read);
    }
}
