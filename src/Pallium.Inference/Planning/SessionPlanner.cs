using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Plans for a stream with the learned model: checks what is asked, searches, and tells what is to be expected.</summary>
internal sealed class SessionPlanner(WorldEngine engine, HorizonCalibration calibration)
{
    private const int Farthest = 1;

    /// <summary>The plan for the slices after <paramref name="start"/>, which is not changed.</summary>
    public Plan Plan(StreamState start, PlanOptions options, CancellationToken cancellation)
    {
        Check(start, options);
        int[] act = [.. options.Act.Select(Index)];
        ActionRange[] ranges = Ranges(act, options);
        var sampler = new PathSampler(engine, calibration);
        double[] times = sampler.Times(start, options.Horizon, new ForecastOptions { Every = options.Every, Future = options.Future });
        SlicePlan[] slices = sampler.Slices(times, options.Future);
        foreach (int channel in act)
        {
            if (Array.Exists(slices, slice => slice.Cells[channel].Role == CellRole.Known))
            {
                throw new InputException($"Option future: found values of '{Name(channel)}', which is acted on, expected none.");
            }
        }

        var rollout = new WorldRollout(engine, start, slices, act, ranges, options.Cost, options.Threads ?? Environment.ProcessorCount);
        var search = new SearchOptions(options.Effort, options.Seed) { Temperature = options.Temperature, Previous = Previous(options, act, times) };
        FoundActions found = ActionSearch.Run(rollout, search, cancellation);
        return Told(rollout, found, times, act, options, cancellation);
    }

    private Plan Told(WorldRollout rollout, FoundActions found, double[] times, int[] act, PlanOptions options, CancellationToken cancellation)
    {
        int count = ActionSearch.Told(options.Effort);
        ulong seed = new Rng(options.Seed).For("told").NextBits();
        var usuals = new double[count];
        rollout.Usual(seed, new double[count * found.Actions.Length], usuals, cancellation);
        using SampledPaths paths = rollout.Along(found.Actions, count, seed, cancellation);
        var costs = new double[count];
        var bySlice = new double[times.Length];
        double sum = 0;
        for (int h = 0; h < times.Length; h++)
        {
            rollout.AddCosts(paths, h, costs);
            double upTo = costs.Sum(cost => cost) / count;
            (bySlice[h], sum) = (upTo - sum, upTo);
        }

        (double cost, double error) = PairedMean(costs);
        (double usual, double usualError) = PairedMean(usuals);
        return new Plan(times, [.. act.Select(c => engine.Schema.Channels[c])], [.. found.Actions.Chunk(act.Length)], bySlice, Cells(paths, times.Length))
        {
            Cost = cost,
            StandardError = error,
            UsualCost = usual,
            UsualError = usualError,
            DifferenceError = PairedMean([.. costs.Zip(usuals, (one, other) => one - other)]).Error,
            Temperature = found.Temperature,
            Effort = found.Rollouts + (2 * count),
        };
    }

    private Posterior[][] Cells(SampledPaths paths, int horizon) =>
    [
        .. Enumerable.Range(0, horizon).Select(h => engine.Schema.Channels
            .Select((channel, c) => calibration.Apply(new SamplePosterior(channel, paths.Kept(h, c).ToArray()), h + 1, c)).ToArray()),
    ];

    /// <summary>Mean and standard error of antithetic pairs, which are not independent of each other but of the other pairs.</summary>
    private static (double Mean, double Error) PairedMean(double[] costs)
    {
        int pairs = costs.Length / 2;
        double[] means = [.. Enumerable.Range(0, pairs).Select(i => (costs[2 * i] + costs[(2 * i) + 1]) / 2)];
        double mean = means.Sum(x => x) / pairs;
        return (mean, pairs > 1 ? Math.Sqrt(means.Sum(x => (x - mean) * (x - mean)) / (pairs - 1) / pairs) : double.NaN);
    }

    /// <summary>What an earlier plan says of the slices to come.</summary>
    private static double[] Previous(PlanOptions options, int[] act, double[] times)
    {
        if (options.Previous is not { } plan || !plan.Act.Select(channel => channel.Name).SequenceEqual(options.Act))
        {
            return [];
        }

        double half = times.Length > 1 ? (times[1] - times[0]) / 2 : 0;
        int first = Enumerable.Range(0, plan.Times.Count).FirstOrDefault(h => plan.Times[h] >= times[0] - half, plan.Times.Count);
        return [.. plan.Actions.Skip(first).Take(times.Length).SelectMany(actions => actions)];
    }

    private ActionRange[] Ranges(int[] act, PlanOptions options)
    {
        foreach (string name in options.Ranges.Keys)
        {
            if (!options.Act.Contains(name))
            {
                throw new InputException($"Option range: found '{name}', expected one of the channels that are acted on: {string.Join(", ", options.Act)}.");
            }
        }

        return [.. act.Select(channel => Range(channel, options))];
    }

    private ActionRange Range(int index, PlanOptions options)
    {
        Channel channel = engine.Schema.Channels[index];
        ChannelScale scale = engine.Core.Layout.Scale(index);
        bool given = options.Ranges.TryGetValue(channel.Name, out Interval range);
        if (!channel.IsNumeric)
        {
            int last = channel.Kind == ChannelKind.Binary ? 1 : channel.Categories.Count - 1;
            return given ? throw new InputException($"Option range: found '{channel.Name}', which has outcomes, expected a channel that is measured on a scale.")
                : new ActionRange(channel, 0, last);
        }

        if (given && !(double.IsFinite(range.Low) && double.IsFinite(range.High) && range.Low < range.High && (channel.Kind == ChannelKind.Real || range.Low >= 0)))
        {
            throw new InputException($"Option range: found {channel.Name} in {range}, expected two {(channel.Kind == ChannelKind.Real ? "numbers" : "numbers that are not negative")}, the lower one first.");
        }

        (double low, double high) = given ? (range.Low, range.High) : (scale.Low, scale.High);
        return low < high ? new ActionRange(channel, low, high)
            : throw new InputException($"Option act: found '{channel.Name}', which was {channel.Format(low)} in all that was learned from, expected a channel that varied, or its range.");
    }

    private void Check(StreamState start, PlanOptions options)
    {
        if (engine.Schema.IsTable)
        {
            throw new InputException("Found a model of independent rows, expected one of a series: there is nothing to plan from one row to the next.");
        }

        if (options.Act.Count == 0 || options.Act.Distinct().Count() < options.Act.Count)
        {
            throw new InputException($"Option act: found {(options.Act.Count == 0 ? "no channel" : string.Join(", ", options.Act))}, expected at least one channel, each once.");
        }

        if (options.Horizon < 1)
        {
            throw new InputException($"Option horizon: found {options.Horizon}, expected at least 1.");
        }

        if (options.Effort < ActionSearch.LeastEffort)
        {
            throw new InputException($"Option effort: found {options.Effort}, expected at least {ActionSearch.LeastEffort}.");
        }

        if (options.Temperature is not (null or (> 0 and < double.PositiveInfinity)))
        {
            throw new InputException(FormattableString.Invariant($"Option temperature: found {options.Temperature}, expected a positive number."));
        }

        double[] seen = LastSeen.Values(engine, start);
        foreach (CellAddress cell in options.Cost.Cells)
        {
            if (cell.Channel < 0 || cell.Channel >= engine.Schema.Channels.Count)
            {
                throw new InputException($"Cost '{options.Cost.Text}': found a cell of channel number {cell.Channel}, expected one from 0 to {engine.Schema.Channels.Count - 1}.");
            }

            if (cell.Offset is > 0 or < -Farthest)
            {
                throw new InputException($"Cost '{options.Cost.Text}': found {cell.Describe(engine.Schema.Channels)}, expected cells of the slice itself or, at @-1, of the one before.");
            }

            if (cell.Offset < 0 && double.IsNaN(seen[cell.Channel]))
            {
                throw new InputException($"Cost '{options.Cost.Text}': found {cell.Describe(engine.Schema.Channels)}, expected a history in which '{Name(cell.Channel)}' has been seen.");
            }
        }
    }

    private string Name(int channel) => engine.Schema.Channels[channel].Name;

    private int Index(string name)
    {
        int index = engine.Schema.IndexOf(name);
        string[] names = [.. engine.Schema.Channels.Select(channel => channel.Name)];
        return index >= 0 ? index : throw new InputException($"Option act: found '{name}', which is no channel of the model, expected "
            + (NearestName.Find(name, names) is { } near ? $"a channel such as '{near}'." : $"one of {string.Join(", ", names)}."));
    }
}
