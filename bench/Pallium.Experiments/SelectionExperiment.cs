using System.Globalization;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Channel selection where the truth is known (Friedman's function and a hidden exclusive or, 5 of 100 channels matter), and on the breast cancer table.</summary>
/// <remarks>
/// Friedman, Annals of Statistics 19, 1991: y = 10 sin(π x1 x2) + 20 (x3 - 0.5)² + 10 x4 + 5 x5 + noise, x uniform. The table has no diagnosis: its targets are three of its own columns,
/// as numbers, and the first of them as yes/no, above its median or not.
/// </remarks>
internal static class SelectionExperiment
{
    private const string File = "selection";
    private const string Table = "imputation_tabular/breast.csv";
    private const int Channels = 100;
    private const int Relevant = 5;
    private const int Rows = 2000;
    private static readonly string[] Targets = ["concave_points_worst", "area_worst", "fractal_dim_worst"];

    public static void Run(Arguments arguments)
    {
        int seeds = arguments.Count("seeds", 5);
        int threads = arguments.Count("threads", 2);
        foreach (string set in arguments.Some("sets", "friedman;xor;breast", ["friedman", "xor", "breast"]))
        {
            IEnumerable<(string Name, Func<ulong, Frame> Data, string Target)> tasks = set switch
            {
                "friedman" => [("friedman", seed => Synthetic(seed, Friedman, isYesNo: false), "y")],
                "xor" => [("xor", seed => Synthetic(seed, Xor, isYesNo: true), "y")],
                _ => [.. Targets.Select(target => ($"breast/{target}", (Func<ulong, Frame>)(_ => Breast(target, above: false)), target)),
                    ($"breast/{Targets[0]}>median", _ => Breast(Targets[0], above: true), Targets[0])],
            };
            foreach ((string name, Func<ulong, Frame> data, string target) in tasks)
            {
                for (ulong seed = 1; seed <= (ulong)seeds; seed++)
                {
                    if (!WorldResult.Read(File).Exists(done => (done.Experiment, done.Seed) == (name, seed)))
                    {
                        RunOne(name, data(seed), target, seed, threads);
                    }
                }

                Write(name);
            }
        }
    }

    private static void RunOne(string name, Frame frame, string target, ulong seed, int threads)
    {
        var clock = System.Diagnostics.Stopwatch.StartNew();
        SelectionResult result = ChannelSelector.Select(frame, target, new SelectionOptions { Seed = seed, Threads = threads });
        foreach (SelectionStep step in result.Path)
        {
            Console.Error.WriteLine(FormattableString.Invariant($"  price {step.Price:G3}: {step.Channels:F1} channels, loss {step.Loss:F4}, excess {step.Excess:F4} ± {step.ExcessError:F4}{(step.IsChosen ? " <" : "")}"));
        }

        foreach (SelectedChannel channel in result.Kept)
        {
            Console.Error.WriteLine(FormattableString.Invariant($"  {channel.Channel.Name}: logit {channel.Logit:F1}, cost {channel.Cost:F4} ± {channel.CostError:F4}"));
        }

        var figures = new Dictionary<string, double>
        {
            ["channels"] = result.Channels.Count,
            ["kept"] = result.Kept.Count(),
            ["loss_all"] = result.All.Loss,
            ["loss_selected"] = result.Selected.Loss,
            ["loss_none"] = result.None.Loss,
            ["cost_error"] = result.CostError,
        };
        if (double.IsNaN(result.All.Explained))
        {
            (figures["balanced_all"], figures["balanced_selected"], figures["balanced_none"]) = (result.All.BalancedAccuracy, result.Selected.BalancedAccuracy, result.None.BalancedAccuracy);
        }
        else
        {
            (figures["explained_all"], figures["explained_selected"], figures["explained_none"]) = (result.All.Explained, result.Selected.Explained, result.None.Explained);
        }

        if (result.Channels.Any(channel => channel.Channel.Name == "x1"))
        {
            string[] relevant = [.. Enumerable.Range(1, Relevant).Select(Name)];
            int found = result.Kept.Count(channel => relevant.Contains(channel.Channel.Name));
            figures["recall"] = (double)found / Relevant;
            figures["false"] = result.Kept.Count() - found;
        }

        new WorldResult(name, result.Stack, seed, figures, clock.Elapsed.TotalSeconds).Append(File);
    }

    /// <summary>The means over seeds.</summary>
    private static void Write(string name)
    {
        WorldResult[] runs = [.. WorldResult.Read(File).Where(run => run.Experiment == name)];
        IEnumerable<string> means = runs[0].Figures.Keys.Select(key => string.Create(CultureInfo.InvariantCulture, $"{key} {runs.Average(run => run.Figures[key]):F3}"));
        Console.WriteLine($"{name}, mean of {runs.Length} seeds: {string.Join(", ", means)}");
    }

    private static string Name(int number) => string.Create(CultureInfo.InvariantCulture, $"x{number}");

    private static double Friedman(ReadOnlySpan<double> x, ref Rng rng) =>
        (10 * Elementary.Sin(Math.PI * x[0] * x[1])) + (20 * (x[2] - 0.5) * (x[2] - 0.5)) + (10 * x[3]) + (5 * x[4]) + rng.Normal();

    /// <summary>Yes where x1 and x2 lie on the same side of their middle, and the others push it: x1 and x2 alone tell nothing.</summary>
    private static double Xor(ReadOnlySpan<double> x, ref Rng rng)
    {
        double product = 24 * (x[0] - 0.5) * (x[1] - 0.5);
        double logit = 2 * (product + (3 * ((x[2] * x[2]) - (1.0 / 3))) + (3 * (x[3] - 0.5)) - (3 * (x[4] - 0.5)));
        return rng.Uniform() < Elementary.Sigmoid(logit) ? 1 : 0;
    }

    private delegate double Truth(ReadOnlySpan<double> x, ref Rng rng);

    private static Frame Synthetic(ulong seed, Truth truth, bool isYesNo)
    {
        Rng rng = new Rng(seed).For("selection experiment");
        var values = new double[Rows * (Channels + 1)];
        for (int row = 0; row < Rows; row++)
        {
            Span<double> x = values.AsSpan(row * (Channels + 1), Channels + 1);
            rng.Uniform(x[..Channels], 0, 1);
            x[Channels] = truth(x, ref rng);
        }

        Channel[] channels =
        [
            .. Enumerable.Range(1, Channels).Select(number => new Channel(Name(number), ChannelKind.Real) { Resolution = 1e-6 }),
            new Channel("y", isYesNo ? ChannelKind.Binary : ChannelKind.Real) { Resolution = isYesNo ? 1 : 1e-6 },
        ];
        return AsTable(Frame.FromArrays(channels, values));
    }

    private static Frame Breast(string target, bool above)
    {
        Frame frame = Frame.ReadCsv(DataFolder.PathOf(Table), new FrameOptions { Table = true });
        if (!above)
        {
            return frame;
        }

        int at = frame.Schema.IndexOf(target);
        double median = frame.Column(at).Order().ElementAt(frame.RowCount / 2);
        double[] values = [.. frame.Series[0].Values.Select((x, i) => i % frame.Channels.Count != at ? x : x > median ? 1 : 0)];
        Channel[] channels = [.. frame.Channels.Select((channel, c) => c == at ? new Channel(target, ChannelKind.Binary) : channel)];
        return AsTable(Frame.FromArrays(channels, values));
    }

    private static Frame AsTable(Frame frame) => new(frame.Schema with { IsTable = true }, frame.Series);
}
