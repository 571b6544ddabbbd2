using System.Diagnostics;
using System.Text.Json;
using Pallium.Inference;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>What one pass is worth before and after a sleep, beside an effort of 256, on questions with known later cells about the last fifth of a series.</summary>
/// <remarks>
/// Four answers are scored by what was: one pass that knows nothing of later slices (as it was before the base smoothed), one pass before the sleep, one
/// pass after it, and 256 paths of the model. Scores: log probability of the rounding interval in nats (of paths, through a normal kernel) and CRPS in the
/// channel's deviations (numeric channels).
/// </remarks>
internal static class SleepExperiment
{
    private const int Horizon = 12;
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static readonly Dictionary<string, Func<Frame>> Sets = new()
    {
        ["etth1"] = () => Frame.ReadCsv(DataFolder.PathOf("etth1/ETTh1.csv.gz")).Slice(0, 6000),
        ["seattle"] = () => Frame.ReadCsv(DataFolder.PathOf("classics/seattle_weather_daily.csv")),
        ["occupancy"] = () => Frame.ReadCsv(DataFolder.PathOf("occupancy/train.csv")),
        ["squares"] = Squares,
    };

    private enum Way
    {
        WithoutLater,
        Before,
        After,
        Refined,
    }

    public static void Run(Arguments arguments)
    {
        string path = Path.Combine(Repository.Root, "bench", "results", "sleep.jsonl");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        foreach (string set in arguments.Text("sets", "etth1;seattle;occupancy;squares").Split(';'))
        {
            if (!Sets.TryGetValue(set, out Func<Frame>? read))
            {
                throw new ExperimentException($"Option --sets: found '{set}', expected some of {string.Join(';', Sets.Keys)}.");
            }

            foreach (Dictionary<string, object> result in Results(set, read(), arguments))
            {
                string line = JsonSerializer.Serialize(result, Options);
                File.AppendAllText(path, line + "\n");
                Console.WriteLine(line);
            }
        }
    }

    private static IEnumerable<Dictionary<string, object>> Results(string set, Frame all, Arguments arguments)
    {
        string stack = arguments.Text("stack", "gru(32)");
        int threads = arguments.Count("threads", 1);
        (Frame learning, Frame test) = all.Split(0.2);
        WorldModel before = WorldModel.Learn(learning, new LearnOptions { Stack = stack, Threads = threads });
        var clock = Stopwatch.StartNew();
        SleepResult sleep = before.Sleep(learning, new SleepOptions { Rounds = arguments.Count("rounds", 120), Threads = threads, Horizon = Horizon });
        double seconds = clock.Elapsed.TotalSeconds;
        foreach (SleepGroup group in sleep.Record.Groups.Prepend(sleep.Record.Overall))
        {
            Console.Error.WriteLine(FormattableString.Invariant($"  {group.Name}: {group.Before:F3} -> {group.After:F3} ± {group.StandardError:F3} ({group.Cells} cells)"));
        }

        Scored[] questions = Score(before, sleep.Model, learning, test, arguments.Count("questions", 200), threads);
        (double once, double thousand) = Times(before, sleep.Model, learning, test);
        foreach (int channel in Enumerable.Range(-1, all.Channels.Count + 1))
        {
            Cell[][] cells = [.. questions.Select(question => question.Cells.Where(cell => channel < 0 || cell.Channel == channel).ToArray()).Where(own => own.Length > 0)];
            foreach (string measure in new[] { "nats", "crps" })
            {
                var result = new Dictionary<string, object>
                {
                    ["set"] = set,
                    ["stack"] = stack,
                    ["kept"] = sleep.Kept,
                    ["rounds"] = sleep.Record.Rounds,
                    ["sleep_seconds"] = Math.Round(seconds, 1),
                    ["once_us"] = Math.Round(once, 1),
                    ["effort_1000_us"] = Math.Round(thousand, 1),
                    ["channel"] = channel < 0 ? "all" : all.Channels[channel].Name,
                    ["measure"] = measure,
                };
                if (Add(result, cells, measure))
                {
                    yield return result;
                }
            }
        }
    }

    /// <summary>Mean scores and gains, with standard errors over questions.</summary>
    private static bool Add(Dictionary<string, object> result, Cell[][] questions, string measure)
    {
        double[]? Of(Cell cell) => measure == "nats" ? cell.Nats : cell.Crps;
        Cell[][] own = [.. questions.Select(cells => cells.Where(cell => Of(cell) is not null).ToArray()).Where(cells => cells.Length > 0)];
        int count = own.Sum(cells => cells.Length);
        if (count == 0)
        {
            return false;
        }

        result["cells"] = count;
        foreach (Way way in Enum.GetValues<Way>())
        {
            result[JsonNamingPolicy.SnakeCaseLower.ConvertName(way.ToString())] = Math.Round(own.Sum(cells => cells.Sum(cell => Of(cell)![(int)way])) / count, 4);
        }

        foreach (Way from in new[] { Way.WithoutLater, Way.Before })
        {
            foreach (Way to in new[] { Way.After, Way.Refined })
            {
                double[] gains = [.. own.Select(cells => cells.Sum(cell => Of(cell)![(int)to] - Of(cell)![(int)from]))];
                double mean = gains.Sum() / count;
                double error = Math.Sqrt(gains.Select((gain, q) => (gain - (own[q].Length * mean)) * (gain - (own[q].Length * mean))).Sum()) / count;
                string name = JsonNamingPolicy.SnakeCaseLower.ConvertName($"{to}Over{from}");
                result[name] = Math.Round(mean, 4);
                result[name + "_error"] = Math.Round(error, 4);
            }
        }

        return true;
    }

    private static Scored[] Score(WorldModel before, WorldModel after, Frame learning, Frame test, int count, int threads)
    {
        Series series = test.Series[0];
        int stride = Math.Max(1, (series.Length - Horizon) / count);
        Session session = before.After(learning);
        Session slept = after.After(learning);
        double[] deviations = [.. Enumerable.Range(0, test.Channels.Count).Select(c => Deviation(learning.Column(c)))];
        var scored = new List<Scored>();
        for (int i = 0; i + Horizon < series.Length; i++)
        {
            if (i % stride == 0)
            {
                scored.Add(Score(session, slept, Draw(series, i, new Rng(17).For(i)), series, i, deviations, threads));
            }

            var slice = new Slice(series.Times[i], series.Row(i).ToArray());
            session.Advance(slice);
            slept.Advance(slice);
        }

        return [.. scored];
    }

    /// <summary>Cells of 2 to 12 slices, a random share of them known; in half of the questions one channel is not.</summary>
    private static Question Draw(Series series, int first, Rng rng)
    {
        int slices = 2 + rng.Below(Horizon - 1);
        double rate = 0.7 * rng.Uniform();
        int channels = series.Row(0).Length;
        int hidden = rng.Uniform() < 0.5 ? rng.Below(channels) : -1;
        var clamps = new List<Clamp>();
        var asked = new List<CellAddress>();
        for (int h = 1; h <= slices; h++)
        {
            for (int c = 0; c < channels; c++)
            {
                double truth = series.Row(first + h - 1)[c];
                if (!double.IsNaN(truth) && c != hidden && rng.Uniform() < rate)
                {
                    clamps.Add(Clamp.Equal(new CellAddress(c, h), truth));
                }
                else if (!double.IsNaN(truth))
                {
                    asked.Add(new CellAddress(c, h));
                }
            }
        }

        return new Question { Clamps = clamps, Asked = asked };
    }

    private static Scored Score(Session session, Session slept, Question question, Series series, int first, double[] deviations, int threads)
    {
        if (question.Asked.Count == 0)
        {
            return new Scored([]);
        }

        var once = new AnswerOptions { Effort = 0 };
        Answer before = session.Answer(question, once);
        Answer after = slept.Answer(question, once);
        Answer refined;
        try
        {
            refined = session.Answer(question, new AnswerOptions { Effort = 256, Threads = threads });
        }
        catch (ContradictionException)
        {
            return new Scored([]);
        }

        int lastKnown = question.Clamps.Select(clamp => clamp.Cell.Offset).DefaultIfEmpty(0).Max();
        var cells = new List<Cell>();
        for (int i = 0; i < question.Asked.Count; i++)
        {
            CellAddress cell = question.Asked[i];
            if (cell.Offset >= lastKnown)
            {
                continue;
            }

            Question blind = question with { Clamps = [.. question.Clamps.Where(clamp => clamp.Cell.Offset <= cell.Offset)], Asked = [cell] };
            Posterior[] all = [session.Answer(blind, once).Cells[0], before.Cells[i], after.Cells[i], refined.Cells[i]];
            double truth = series.Row(first + cell.Offset - 1)[cell.Channel];
            double[] nats = [.. all.Select((posterior, way) => way < (int)Way.Refined || !posterior.Channel.IsNumeric
                ? posterior.LogProbability(truth) : KernelScore([.. refined.Samples.Select(draw => draw[i])], refined.EffectiveSampleSize, before.Cells[i], truth))];
            double[]? crps = all[0].Channel.IsNumeric ? [.. all.Select(posterior => -Crps(posterior, truth) / deviations[cell.Channel])] : null;
            cells.Add(new Cell(cell.Channel, nats, crps));
        }

        return new Scored([.. cells]);
    }

    /// <summary>
    /// Log mass of the rounding interval under equally weighted draws worth n independent ones, each a normal of Silverman's width, an atom at zero as it is; and
    /// as if one more draw had come from the answer in one pass, so that what no path came near does not count without end.
    /// </summary>
    private static double KernelScore(double[] draws, double worth, Posterior once, double truth)
    {
        Channel channel = once.Channel;
        int zeros = channel.Kind == ChannelKind.Positive ? draws.Count(x => x == 0) : 0;
        double[] spread = [.. draws.Where(x => zeros == 0 || x > 0).Order()];
        double inside = zeros > 0 && truth == 0 ? Elementary.Log((double)zeros / draws.Length)
            : spread.Length < 2 ? double.NegativeInfinity
            : Elementary.Log((double)spread.Length / draws.Length) + KernelMass(spread, worth, channel.Resolution, truth);
        return Elementary.LogAddExp(Elementary.Log(worth) + inside, once.LogProbability(truth)) - Elementary.Log(worth + 1);
    }

    private static double KernelMass(double[] sorted, double worth, double resolution, double truth)
    {
        double quartiles = (sorted[3 * sorted.Length / 4] - sorted[sorted.Length / 4]) / 1.34;
        double deviation = Deviation(sorted);
        double width = 0.9 * (quartiles > 0 ? Math.Min(quartiles, deviation) : deviation) * Elementary.Exp(-0.2 * Elementary.Log(worth));
        width = Math.Max(width, resolution / 2);
        double half = resolution / 2;
        double[] terms = [.. sorted.Select(x => NormalInterval.LogMass((truth - half - x) / width, (truth + half - x) / width))];
        return Reduction.LogSumExp<double>(terms) - Elementary.Log((double)sorted.Length);
    }

    /// <summary>Mean pinball loss at 39 levels, twice.</summary>
    private static double Crps(Posterior posterior, double truth)
    {
        const int Levels = 39;
        double sum = 0;
        for (int k = 1; k <= Levels; k++)
        {
            double level = (double)k / (Levels + 1);
            double gap = truth - posterior.Quantile(level);
            sum += Math.Max(level * gap, (level - 1) * gap);
        }

        return 2 * sum / Levels;
    }

    /// <summary>Microseconds of a one-pass answer (after the sleep) and of 1,000 paths, over 8 slices with known later cells, on one thread.</summary>
    private static (double Once, double Thousand) Times(WorldModel before, WorldModel after, Frame learning, Frame test)
    {
        Series series = test.Series[0];
        Session session = before.After(learning);
        Session slept = after.After(learning);
        int channels = test.Channels.Count;
        var question = new Question
        {
            Clamps = [.. Enumerable.Range(0, channels).Where(c => !double.IsNaN(series.Row(7)[c])).Select(c => Clamp.Equal(new CellAddress(c, 8), series.Row(7)[c]))],
            Asked = [new CellAddress(0, 4)],
        };
        double Best(Session asked, int effort, int times)
        {
            double best = double.PositiveInfinity;
            for (int i = 0; i < times; i++)
            {
                var clock = Stopwatch.StartNew();
                asked.Answer(question, new AnswerOptions { Effort = effort, Threads = 1 });
                best = Math.Min(best, clock.Elapsed.TotalMicroseconds);
            }

            return best;
        }

        return (Best(slept, 0, 500), Best(session, 1000, 20));
    }

    private static double Deviation(double[] values)
    {
        double[] seen = [.. values.Where(x => !double.IsNaN(x))];
        double mean = seen.Average();
        return Math.Max(Math.Sqrt(seen.Select(x => (x - mean) * (x - mean)).Average()), 1e-9);
    }

    /// <summary>A made series where what is linear says nothing of the past: a is noise, b the square of the a before and a little noise.</summary>
    private static Frame Squares()
    {
        const int Rows = 5000;
        var rng = new Rng(1);
        var values = new double[2 * Rows];
        double before = 0;
        for (int t = 0; t < Rows; t++)
        {
            double now = rng.Normal();
            values[2 * t] = Math.Round(now, 2);
            values[(2 * t) + 1] = Math.Round((before * before) + (0.2 * rng.Normal()), 2);
            before = now;
        }

        return Frame.FromArrays([new("a", ChannelKind.Real) { Resolution = 0.01 }, new("b", ChannelKind.Real) { Resolution = 0.01 }], values);
    }

    /// <summary>A cell's scores, by <see cref="Way"/>.</summary>
    private sealed record Cell(int Channel, double[] Nats, double[]? Crps);

    private sealed record Scored(Cell[] Cells);
}
