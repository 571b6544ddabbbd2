using System.Globalization;
using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>The world model beside persistence, seasonal-naive and ridge autoregression on whole series: the last fifth is the test.</summary>
internal static class SeriesExperiment
{
    private const int Origins = 100;
    private static readonly (string File, int Horizon)[] Series =
    [
        ("classics/elnino_sst_monthly.csv", 12),
        ("classics/co2_weekly.csv", 26),
        ("classics/sunspots_monthly.csv", 24),
        ("exchange_rate/exchange_rate.csv", 24),
        ("etth1/ETTh1.csv.gz", 24),
    ];

    public static void Run(Arguments arguments)
    {
        Console.WriteLine("| series | horizon | 90 % cover (cells) | CRPS over persistence | over seasonal-naive (season) | over ridge autoregression |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- |");
        foreach ((string file, int horizon) in Series)
        {
            (Frame learning, Frame test) = Frame.ReadCsv(DataFolder.PathOf(file)).Split(0.2);
            WorldModel model = WorldModel.Learn(learning, new LearnOptions { Stack = arguments.Text("stack", "liquid(64)") });
            Evaluation result = model.Evaluate(
                test, new EvaluateOptions { After = learning, Horizon = horizon, Paths = 64, Stride = Math.Max(1, test.RowCount / Origins) });
            string Ratio(Func<ChannelEvaluation, Scores> rival) =>
                result.Channels.Average(channel => channel.Model.Crps / rival(channel).Crps).ToString("F3", CultureInfo.InvariantCulture);
            Console.WriteLine(FormattableString.Invariant(
                $"| {Path.GetFileName(file)} | {horizon} | {100 * result.Coverage:F1} % ({result.CoverageCells}) | {Ratio(c => c.Persistence)} | {Ratio(c => c.Seasonal)} ({result.Season}) | {Ratio(c => c.Autoregression)} |"));
        }
    }
}
