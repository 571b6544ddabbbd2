using System.Globalization;
using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>The shared part of the Numenta Anomaly Benchmark: the streaming detector beside the published ones.</summary>
internal static class NabExperiment
{
    private static readonly string[] Shown = ["numenta", "relativeEntropy"];

    public static void Run(Arguments arguments)
    {
        IReadOnlyList<LabelledSeries> data = NabData.Read(DataFolder.PathOf("nab/nab.csv.gz"), DataFolder.PathOf("nab/windows.csv"));
        switch (arguments.Text("table", "scores"))
        {
            case "scores":
                WriteSeries(data);
                break;
            case "model":
                WriteModels(data);
                break;
            case "constants":
                WriteConstants(data);
                break;
            case string other:
                throw new ExperimentException($"Option --table: found '{other}', expected scores, model or constants.");
        }
    }

    private static void WriteSeries(IReadOnlyList<LabelledSeries> data)
    {
        ScoredSeries[] scored = [.. data.Select(series => series.Detect())];
        NabResult[] results = [.. NabProfile.All.Select(profile => NabScore.Best(scored, profile))];
        var published = Published();
        Console.WriteLine($"| series | windows | found | false alarms | ours | {string.Join(" | ", Shown)} |");
        Console.WriteLine($"| --- | --- | --- | --- | --- |{string.Concat(Shown.Select(_ => " --- |"))}");
        foreach (NabSeriesResult result in results[0].Series)
        {
            string rivals = string.Join(" | ", Shown.Select(rival => Text(published[rival][result.Name], 2)));
            Console.WriteLine($"| {result.Name} | {result.Windows} | {result.Found} | {result.FalseAlarms} | {Text(result.Raw, 2)} | {rivals} |");
        }

        Console.WriteLine("\n| detector | all | even half | odd half |\n| --- | --- | --- | --- |");
        foreach (NabResult result in results)
        {
            WriteRow(FormattableString.Invariant($"ours, {result.Profile.Name}, threshold {result.Threshold:F4}"), result, scored);
        }

        double evenThreshold = NabScore.Best([.. Even(scored)], NabProfile.Standard).Threshold;
        WriteRow("ours, standard, threshold of the even half", NabScore.At(evenThreshold, scored, NabProfile.Standard), scored);
        foreach ((string rival, var raw) in published.OrderByDescending(pair => pair.Value.Values.Sum()))
        {
            WriteRow(rival, raw, scored, NabProfile.Standard);
        }
    }

    /// <summary>The same detector on the surprise of world models, each learned from the probation of its series.</summary>
    private static void WriteModels(IReadOnlyList<LabelledSeries> data)
    {
        ScoredSeries[] scored = [.. data.Select(series =>
        {
            double[] first = series.Values[..series.Probation];
            if (first.Min() == first.Max())
            {
                return series.Detect();
            }

            Frame learning = Frame.FromColumns([("value", first)], series.Times[..series.Probation], TimeKind.Date);
            WorldModel model = WorldModel.Learn(learning, new LearnOptions { Stack = "none", Threads = 1 });
            Console.Error.WriteLine(series.Name);
            return series.Detect(model, "value");
        })];
        Console.WriteLine("| detector | all | even half | odd half |\n| --- | --- | --- | --- |");
        foreach (NabProfile profile in NabProfile.All)
        {
            WriteRow($"on the model's surprise, {profile.Name}", NabScore.Best(scored, profile), scored);
        }
    }

    /// <summary>What the total becomes where one constant is halved or doubled, or a view is left out.</summary>
    private static void WriteConstants(IReadOnlyList<LabelledSeries> data)
    {
        Console.WriteLine("| constant | all | even half | odd half |\n| --- | --- | --- | --- |");
        Row("as chosen", options => options);
        foreach (double factor in new[] { 0.5, 2 })
        {
            string by = factor < 1 ? "halved" : "doubled";
            Row($"tolerance {by}", options => options with { Tolerance = options.Tolerance * factor });
            Row($"habituation {by}", options => options with { Habituation = options.Habituation * factor });
            Row($"memory {by}", options => options with { Memory = options.Memory * factor });
            Row($"exception memory {by}", options => options with { ExceptionMemory = options.ExceptionMemory * factor });
            Row($"vigilance {by}", options => options with { Vigilance = options.Vigilance * factor });
            Row($"shapes {by}", options => options with { Shapes = (int)(options.Shapes * factor) });
            Row($"contrast {by}", options => options with { Contrast = options.Contrast * factor });
            Row($"rest {by}", options => options with { Rest = options.Rest * factor });
        }

        Row("no clock", options => options with { HasDates = false });
        Row("no shapes", options => options with { Vigilance = double.MaxValue });
        Row("levels alone", options => options with { HasDates = false, Vigilance = double.MaxValue });

        void Row(string name, Func<AnomalyOptions, AnomalyOptions> change)
        {
            ScoredSeries[] scored = [.. data.Select(series => series.Detect(change(series.DefaultOptions)))];
            WriteRow(name, NabScore.Best(scored, NabProfile.Standard), scored);
        }
    }

    private static void WriteRow(string name, NabResult result, ScoredSeries[] series) =>
        WriteRow(name, result.Series.ToDictionary(one => one.Name, one => one.Raw), series, result.Profile);

    /// <summary>Normalised scores of all series, and of every other one in the order of names: those at 0, 2, ... and those at 1, 3, ...</summary>
    private static void WriteRow(string name, Dictionary<string, double> raw, ScoredSeries[] series, NabProfile profile)
    {
        ScoredSeries[] even = Even(series);
        IEnumerable<string> scores = new[] { series, even, [.. series.Except(even)] }.Select(part =>
            Text(NabScore.Normalize(part.Sum(one => raw[one.Name]), part.Sum(one => one.CountedWindows), profile), 1));
        Console.WriteLine($"| {name} | {string.Join(" | ", scores)} |");
    }

    private static ScoredSeries[] Even(ScoredSeries[] series) => [.. series.Where((_, i) => i % 2 == 0)];

    private static string Text(double value, int decimals) => value.ToString("F" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);

    /// <summary>Raw standard scores per detector and series.</summary>
    private static Dictionary<string, Dictionary<string, double>> Published()
    {
        string path = DataFolder.PathOf("nab/published_scores.csv");
        string[] detectors = File.ReadLines(path).First().Split(',');
        List<string[]> rows = Repository.Rows(path);
        return Enumerable.Range(1, detectors.Length - 1).ToDictionary(column => detectors[column], column => rows.ToDictionary(row => row[0], row => DataFolder.Number(row[column])));
    }
}
