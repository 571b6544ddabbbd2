using System.Globalization;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Filling of series with gaps: runs of 1 to 24 rows of a channel are removed at random from the slices after the training part, until 10 to 60 % of their cells are gone.</summary>
internal static class GapExperiment
{
    private const double TestShare = 0.2;
    private const int LongestGap = 24;

    /// <summary>Whole slices of the training part that lie before the gaps.</summary>
    private const int Before = 500;

    private static readonly (string Name, Func<Frame> Read)[] Sets =
    [
        ("etth1", () => Frame.ReadCsv(DataFolder.PathOf("etth1/ETTh1.csv.gz")).Slice(0, 14400)),
        ("household", () => Frame.ReadCsv(DataFolder.PathOf("household_power_hourly/power.csv.gz"))),
    ];

    /// <summary>One model answers at all rates of gaps.</summary>
    private static readonly Dictionary<(string Stack, ulong Seed), WorldModel> Models = [];

    /// <summary>Fills the holes of a frame.</summary>
    private delegate Frame Filling(Frame holes);

    public static void Run(Arguments arguments)
    {
        string only = arguments.Text("only", "etth1,household");
        int rows = arguments.Count("rows", 2000);
        foreach ((string name, Func<Frame> read) in Sets.Where(set => only.Split(',').Contains(set.Name)))
        {
            Models.Clear();
            foreach (int percent in arguments.Text("percent", "10,20,30,40,50,60").Split(',').Select(text => (int)DataFolder.Number(text)))
            {
                WorldResult.RunMissing(
                    $"{name}/{percent}/{rows}", arguments, "linear;last;mean;nearest;ridge;none@past;liquid(64)@past;none;liquid(64)",
                    (way, seed, threads) => Figures(read(), percent, rows, way, seed, threads), "gaps");
            }
        }
    }

    private static Dictionary<string, double> Figures(Frame all, int percent, int rows, string way, ulong seed, int threads)
    {
        Frame training = all.Split(TestShare).First;
        Frame whole = all.Slice(training.RowCount - Before, training.RowCount + rows);
        Frame holes = Remove(whole, percent / 100.0, new Rng(seed).For("gaps").For(percent));
        double[] filled = FillingOf(way, training, seed, threads)(holes).Series[0].Values;
        double[] truth = whole.Series[0].Values;
        double square = 0;
        double absolute = 0;
        int count = 0;
        double[] deviations = [.. whole.Channels.Select((_, c) => Deviation(training.Column(c)))];
        for (int i = 0; i < truth.Length; i++)
        {
            if (double.IsNaN(holes.Series[0].Values[i]) && !double.IsNaN(truth[i]))
            {
                double error = (filled[i] - truth[i]) / deviations[i % deviations.Length];
                square += error * error;
                absolute += Math.Abs(error);
                count++;
            }
        }

        return new() { ["rmse"] = Math.Sqrt(square / count), ["mae"] = absolute / count, ["cells"] = count };
    }

    /// <summary>The ways to fill; those that learn do so from the training part.</summary>
    private static Filling FillingOf(string way, Frame training, ulong seed, int threads) => way switch
    {
        "linear" => holes => With(holes, Interpolated),
        "last" => holes => With(holes, Carried),
        "mean" => holes => With(holes, (column, c) =>
        {
            double mean = training.Column(c).Average();
            return [.. column.Select(value => double.IsNaN(value) ? mean : value)];
        }),
        "nearest" => holes => AsTable(training, holes, TableFilling.Nearest),
        "ridge" => holes => AsTable(training, holes, TableFilling.IteratedRidge),
        _ => ByModel(way, training, seed, threads),
    };

    /// <summary>By a stack's model in one pass; <c>STACK@EFFORT</c> by sampled paths, <c>STACK@past</c> from what came before and the other channels of the slice.</summary>
    private static Filling ByModel(string way, Frame training, ulong seed, int threads)
    {
        string[] parts = way.Split('@');
        WorldModel model = Learned(training, parts[0], seed, threads);
        if (parts is [_, "past"])
        {
            return holes => FromThePast(model, holes);
        }

        var options = new FillOptions { Effort = parts.Length > 1 ? int.Parse(parts[1], CultureInfo.InvariantCulture) : 0, Threads = threads };
        return holes => model.Fill(holes, options);
    }

    private static Frame FromThePast(WorldModel model, Frame holes)
    {
        Session session = model.Begin();
        var values = new List<double>();
        foreach (Slice slice in holes.Slices())
        {
            values.AddRange(session.Fill(slice).Filled.Values);
            session.Advance(slice);
        }

        return new Frame(holes.Schema, [new Series("", holes.Series[0].Times, [.. values])], holes.Source);
    }

    private static WorldModel Learned(Frame training, string stack, ulong seed, int threads)
    {
        if (!Models.TryGetValue((stack, seed), out WorldModel? model))
        {
            Models[(stack, seed)] = model = WorldExperiments.Learn(training, stack, seed, threads);
        }

        return model;
    }

    private static Frame Remove(Frame whole, double share, Rng rng)
    {
        int channels = whole.Channels.Count;
        double[] values = [.. whole.Series[0].Values];
        int rows = (values.Length / channels) - Before;
        int wanted = (int)(share * rows * channels);
        for (int removed = 0; removed < wanted;)
        {
            int channel = rng.Below(channels);
            int from = rng.Below(rows);
            int length = 1 + rng.Below(LongestGap);
            for (int t = from; t < Math.Min(from + length, rows) && removed < wanted; t++)
            {
                ref double cell = ref values[((Before + t) * channels) + channel];
                removed += double.IsNaN(cell) ? 0 : 1;
                cell = double.NaN;
            }
        }

        return new Frame(whole.Schema, [new Series("", whole.Series[0].Times, values)], whole.Source);
    }

    private static Frame With(Frame holes, Func<double[], int, double[]> fill)
    {
        int channels = holes.Channels.Count;
        var values = new double[holes.Series[0].Values.Length];
        for (int c = 0; c < channels; c++)
        {
            double[] filled = fill(holes.Column(c), c);
            for (int t = 0; t < filled.Length; t++)
            {
                values[(t * channels) + c] = filled[t];
            }
        }

        return new Frame(holes.Schema, [new Series("", holes.Series[0].Times, values)], holes.Source);
    }

    private static double[] Carried(double[] column, int channel)
    {
        double[] filled = [.. column];
        for (int t = 1; t < filled.Length; t++)
        {
            filled[t] = double.IsNaN(filled[t]) ? filled[t - 1] : filled[t];
        }

        return filled;
    }

    private static double[] Interpolated(double[] column, int channel)
    {
        double[] filled = Carried(column, channel);
        for (int t = 1; t < column.Length; t++)
        {
            if (double.IsNaN(column[t]))
            {
                int last = Array.FindLastIndex(column, t, value => !double.IsNaN(value));
                int next = Array.FindIndex(column, t, value => !double.IsNaN(value));
                filled[t] = next < 0 ? column[last] : column[last] + ((column[next] - column[last]) * (t - last) / (next - last));
            }
        }

        return filled;
    }

    /// <summary>Rows of three slices, the one before and the one after included, after as many rows of the training part; the middle is what is filled.</summary>
    private static Frame AsTable(Frame training, Frame holes, Func<double[][], double[][]> fill)
    {
        const int MostTraining = 4000;
        int channels = holes.Channels.Count;
        double[] known = [.. training.Series[0].Values.TakeLast(MostTraining * channels)];
        double[] all = [.. known, .. holes.Series[0].Values];
        int rows = all.Length / channels;
        double[][] table = [.. Enumerable.Range(0, rows).Select(t => all[(Math.Max(0, t - 1) * channels)..(Math.Min(rows, t + 2) * channels)]).Skip(1).SkipLast(1)];
        double[][] filled = fill(table);
        double[] middle = [.. all[..channels], .. filled.SelectMany(row => row[channels..(2 * channels)]), .. filled[^1][(2 * channels)..]];
        return new Frame(holes.Schema, [new Series("", holes.Series[0].Times, middle[known.Length..])], holes.Source);
    }

    private static double Deviation(double[] values)
    {
        double mean = values.Average();
        return Math.Sqrt(values.Average(value => (value - mean) * (value - mean)));
    }
}
