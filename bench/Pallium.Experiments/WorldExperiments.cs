using System.Globalization;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>The world model itself on the papers' data, asked for the column that they predict.</summary>
internal static class WorldExperiments
{
    private const string Stacks = "none;liquid(64)";
    private const string Occupied = "occupied";
    private const string Volume = "traffic_volume";
    private const double LearnShare = 0.8;

    public static void Run(Arguments arguments)
    {
        string only = arguments.Text("only", "occupancy,traffic");
        if (only.Contains("occupancy", StringComparison.Ordinal))
        {
            WorldResult.RunMissing("occupancy", arguments, Stacks, OccupancyFigures);
        }

        if (only.Contains("traffic", StringComparison.Ordinal))
        {
            WorldResult.RunMissing("traffic", arguments, Stacks, TrafficFigures);
        }
    }

    public static WorldModel Learn(Frame frame, string stack, ulong seed, int threads, int? epochs = null)
    {
        var options = new LearnOptions { Stack = stack, Seed = seed, Threads = threads, Epochs = epochs };
        WorldModel model = WorldModel.Learn(frame, options, new Log());
        ModelSummary summary = model.Summary;
        Console.Error.WriteLine(FormattableString.Invariant($"  lags {summary.Lags}, clock {string.Join(" ", summary.ClockPeriods)}, {summary.Runs[0].Steps} updates, best {summary.Runs[0].BestStep}"));
        foreach (ChannelContribution part in summary.Contributions)
        {
            Console.Error.WriteLine(FormattableString.Invariant(
                $"  {part.Channel.Name}: base {part.BaseLoss:F4}, model {part.Loss:F4}, network share {part.NetworkShare:F2}, mean share {part.MeanShare:F2}"));
        }

        return model;
    }

    /// <summary>Learned from train.csv; <c>occupied</c> asked for at every row of both test files from the other channels, without a past and with it.</summary>
    private static Dictionary<string, double> OccupancyFigures(string stack, ulong seed, int threads)
    {
        WorldModel model = Learn(Frame.ReadCsv(DataFolder.PathOf("occupancy/train.csv")), stack, seed, threads);
        var without = new BinaryScore();
        var with = new BinaryScore();
        foreach (string file in new[] { "occupancy/test1.csv", "occupancy/test2.csv" })
        {
            Frame test = Frame.ReadCsv(DataFolder.PathOf(file), new FrameOptions { Schema = model.Schema });
            Series series = test.Series[0];
            int occupied = test.Schema.IndexOf(Occupied);
            Session session = model.Begin();
            for (int i = 0; i < series.Length; i++)
            {
                double[] row = series.Row(i).ToArray();
                double[] others = [.. row];
                others[occupied] = double.NaN;
                without.Add(Given(model, row, occupied).Infer(Occupied), row[occupied]);
                with.Add(session.Fill(new Slice(series.Times[i], others)).Posteriors[occupied]!, row[occupied]);
                session.Advance(new Slice(series.Times[i], row));
            }
        }

        return new()
        {
            ["accuracy_without_past"] = without.Accuracy,
            ["nll_without_past"] = without.Loss,
            ["accuracy_with_past"] = with.Accuracy,
            ["nll_with_past"] = with.Loss,
        };
    }

    /// <summary>All channels of a row but one, as a question without history or time.</summary>
    private static Query Given(WorldModel model, double[] row, int asked)
    {
        int[] others = [.. Enumerable.Range(0, row.Length).Where(c => c != asked)];
        Query query = model.Given(model.Schema.Channels[others[0]].Name, row[others[0]]);
        return others.Skip(1).Aggregate(query, (now, c) => now.Given(model.Schema.Channels[c].Name, row[c]));
    }

    /// <summary>Learned from the first 80 % of the hours; the volume of every later hour asked for from its past and the other channels, and without volumes seen since.</summary>
    private static Dictionary<string, double> TrafficFigures(string stack, ulong seed, int threads)
    {
        Frame all = ReadTraffic();
        (Frame training, Frame test) = all.Split(1 - LearnShare);
        WorldModel model = Learn(training, stack, seed, threads);
        int volume = all.Schema.IndexOf(Volume);
        (double mean, double deviation, double[] table) = HourOfWeek(training, volume);
        Session informed = model.After(training);
        Session blind = informed.Fork();
        double withPast = 0;
        double withoutVolumes = 0;
        double byTable = 0;
        double nll = 0;
        Series series = test.Series[0];
        for (int i = 0; i < series.Length; i++)
        {
            double[] row = series.Row(i).ToArray();
            double[] others = [.. row];
            others[volume] = double.NaN;
            var hole = new Slice(series.Times[i], others);
            Posterior posterior = informed.Fill(hole).Posteriors[volume]!;
            withPast += Square((posterior.Mean - row[volume]) / deviation);
            nll -= posterior.LogProbability(row[volume]);
            withoutVolumes += Square((blind.Fill(hole).Posteriors[volume]!.Mean - row[volume]) / deviation);
            byTable += Square((table[HourOfWeek(series.Times[i])] - row[volume]) / deviation);
            informed.Advance(new Slice(series.Times[i], row));
            blind.Advance(hole);
        }

        return new()
        {
            ["mse_with_past"] = withPast / series.Length,
            ["nll_with_past"] = nll / series.Length,
            ["mse_without_volumes"] = withoutVolumes / series.Length,
            ["mse_hour_of_week"] = byTable / series.Length,
            ["mean"] = mean,
            ["deviation"] = deviation,
        };
    }

    /// <summary>The file with its holiday flag spread over the day and known in advance; of several rows in an hour the first stays.</summary>
    public static Frame ReadTraffic()
    {
        List<string[]> rows = DataFolder.Rows("traffic_metro/traffic.csv.gz");
        HashSet<string> holidays = [.. rows.Where(row => row[1].Length > 0).Select(row => row[0][..10])];
        IEnumerable<string> lines = rows.Select(row => string.Join(',', [row[0], holidays.Contains(row[0][..10]) ? "1" : "0", .. row[2..7], row[8]]));
        const string Header = "time,holiday,temp_k,rain_1h_mm,snow_1h_mm,clouds_pct,weather,traffic_volume";
        return Frame.ReadCsv(
            new StringReader(Header + "\n" + string.Join('\n', lines)), "traffic", new FrameOptions { Duplicates = Duplicates.First, Known = ["holiday"] });
    }

    private static (double Mean, double Deviation, double[] Table) HourOfWeek(Frame training, int volume)
    {
        double[] values = training.Column(volume);
        double mean = values.Average();
        double deviation = Math.Sqrt(values.Select(value => (value - mean) * (value - mean)).Average());
        var sums = new double[168];
        var counts = new int[168];
        Series series = training.Series[0];
        for (int i = 0; i < series.Length; i++)
        {
            int hour = HourOfWeek(series.Times[i]);
            sums[hour] += series.Row(i)[volume];
            counts[hour]++;
        }

        return (mean, deviation, [.. sums.Select((sum, hour) => counts[hour] > 0 ? sum / counts[hour] : mean)]);
    }

    private static int HourOfWeek(double seconds) => (int)((long)Math.Floor(seconds / 3600) % 168);

    private static double Square(double x) => x * x;

    private sealed class BinaryScore
    {
        private int _count;
        private int _right;
        private double _loss;

        public double Accuracy => (double)_right / _count;

        public double Loss => _loss / _count;

        public void Add(Posterior posterior, double truth)
        {
            double log = posterior.LogProbability(truth);
            _right += log > Elementary.Log(0.5) ? 1 : 0;
            _loss -= log;
            _count++;
        }
    }

    private sealed class Log : IProgress<LearnProgress>
    {
        private int _last = -1;

        public void Report(LearnProgress value)
        {
            int tenth = (int)(10 * value.Share);
            if (tenth != _last)
            {
                _last = tenth;
                Console.Error.WriteLine(string.Create(
                    CultureInfo.InvariantCulture, $"  {value.Phase} {value.Share:P0}: loss {value.Loss:F4}, validation {value.ValidationLoss:F4}"));
            }
        }
    }
}
