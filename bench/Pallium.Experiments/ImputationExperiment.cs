using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Filling of tables by the protocol of Lalande and Doya (TMLR 2023), full_mcar, and of spambase by GAIN's.</summary>
internal static class ImputationExperiment
{
    private static readonly string[] Sets = ["abalone", "breast", "geyser", "penguin", "planets", "wine_red", "wine_white"];

    public static void Run(Arguments arguments)
    {
        string[] sets = arguments.Text("only", string.Join(',', Sets)).Split(',');
        int repetitions = arguments.Count("repetitions", 5);
        foreach (int percent in arguments.Text("percent", "20").Split(',').Select(text => (int)DataFolder.Number(text)))
        {
            foreach (string set in sets)
            {
                WorldResult.RunMissing(
                    $"{set}/{percent}/{repetitions}", arguments, "mean;nearest;ridge;none;network;two",
                    (way, seed, threads) => Figures(set, percent, repetitions, way, threads), "imputation");
            }
        }
    }

    private static Dictionary<string, double> Figures(string set, int percent, int repetitions, string way, int threads)
    {
        string file = set == "spambase" ? "spambase/spambase_features.csv" : $"imputation_tabular/{set}.csv";
        double[] errors =
        [
            .. Enumerable.Range(0, repetitions).Select(repetition =>
            {
                HoledTable table = HoledTable.Remove(file, percent / 100.0, new Rng(1).For(set).For(percent).For(repetition));
                double error = table.Error(Filled(table, way, threads));
                Console.Error.WriteLine(FormattableString.Invariant($"  {set} {percent} % {way}, {repetition + 1}: {error:F3}"));
                return error;
            }),
        ];
        double mean = errors.Average();
        return new() { ["nrmse"] = mean, ["deviation"] = Math.Sqrt(errors.Average(error => (error - mean) * (error - mean))), ["repetitions"] = repetitions };
    }

    private static double[][] Filled(HoledTable table, string way, int threads)
    {
        double[][] Model(string stack, ulong seed = 1, bool medians = false) =>
            TableFilling.Model(table.Frame(), table.Seen, new LearnOptions { Stack = stack, Seed = seed, Threads = threads }, medians);
        return way switch
        {
            "mean" => TableFilling.Mean(table.Seen),
            "nearest" => TableFilling.Nearest(table.Seen),
            "ridge" => TableFilling.IteratedRidge(table.Seen),
            "none" => Model("none"),
            "network" => Model("liquid(64)"),
            "medians" => Model("liquid(64)", medians: true),
            "two" => TableFilling.Average(Model("liquid(64)"), Model("liquid(64)", 2)),
            _ => throw new ExperimentException($"Found way '{way}', expected mean, nearest, ridge, none, network, medians or two."),
        };
    }
}
