using System.Globalization;
using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>Random clamp sets on shared series: one model each, beside ridge regression and nearest neighbours fitted for every set.</summary>
internal static class MaskExperiment
{
    private const double TestShare = 0.2;

    private static readonly (string Name, Func<(Frame Training, Frame Test, bool Follows)> Read)[] Sets =
    [
        ("etth1", () => Split(Frame.ReadCsv(DataFolder.PathOf("etth1/ETTh1.csv.gz")).Slice(0, 14400))),
        ("household", () => Split(Frame.ReadCsv(DataFolder.PathOf("household_power_hourly/power.csv.gz")))),
        ("weather", () => Split(Frame.ReadCsv(DataFolder.PathOf("classics/seattle_weather_daily.csv")))),
        ("traffic", () => Split(WorldExperiments.ReadTraffic())),
        ("occupancy", Occupancy),
    ];

    public static void Run(Arguments arguments)
    {
        string only = arguments.Text("only", "etth1,household,traffic");
        int masks = arguments.Count("masks", 1000);
        int slices = arguments.Count("slices", 200);
        foreach ((string name, Func<(Frame, Frame, bool)> read) in Sets.Where(set => only.Split(',').Contains(set.Name)))
        {
            WorldResult.RunMissing(
                $"{name}/{masks}x{slices}", arguments, "none;liquid(64)", (stack, seed, threads) => Figures(read(), stack, seed, threads, masks, slices), "masks");
        }
    }

    private static Dictionary<string, double> Figures((Frame Training, Frame Test, bool Follows) data, string stack, ulong seed, int threads, int masks, int slices)
    {
        WorldModel model = WorldExperiments.Learn(data.Training, stack, seed, threads);
        var options = new MaskOptions { Masks = masks, Slices = slices, Threads = threads, After = data.Follows ? data.Training : null };
        MaskedEvaluation result = MaskedEvaluation.Run(model, data.Test, data.Training, options);
        foreach (ClampSetScores set in result.Sets.Take(400))
        {
            Console.Error.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {(set.Won ? "+" : "-")} {set.Times,3} {set.Model.Error:F4} {set.Ridge.Error:F4} {set.Neighbours.Error:F4}   {set.Model.LogLoss:F3} {set.Ridge.LogLoss:F3} {set.Neighbours.LogLoss:F3}   {set.Model.Coverage:F3} {set.Ridge.Coverage:F3} {set.Neighbours.Coverage:F3}  {string.Join(" ", set.Given.Select(channel => channel.Name))}"));
        }

        double Mean(Func<ClampSetScores, double> pick) => result.Sets.Sum(set => set.Times * pick(set)) / result.Draws;
        return new()
        {
            ["won"] = result.Won,
            ["coverage"] = result.Coverage,
            ["distinct"] = result.Sets.Count,
            ["error"] = Mean(set => set.Model.Error),
            ["error_ridge"] = Mean(set => set.Ridge.Error),
            ["error_neighbours"] = Mean(set => set.Neighbours.Error),
            ["nats"] = Mean(set => set.Model.LogLoss),
            ["nats_ridge"] = Mean(set => set.Ridge.LogLoss),
            ["nats_neighbours"] = Mean(set => set.Neighbours.LogLoss),
        };
    }

    private static (Frame, Frame, bool) Split(Frame all)
    {
        (Frame training, Frame test) = all.Split(TestShare);
        return (training, test, true);
    }

    /// <summary>Learned from train.csv, tested on test2.csv, the week after it.</summary>
    private static (Frame, Frame, bool) Occupancy()
    {
        Frame training = Frame.ReadCsv(DataFolder.PathOf("occupancy/train.csv"));
        return (training, Frame.ReadCsv(DataFolder.PathOf("occupancy/test2.csv"), new FrameOptions { Schema = training.Schema }), true);
    }
}
