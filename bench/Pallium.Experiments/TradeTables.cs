using System.Globalization;

namespace Pallium.Experiments;

/// <summary>Scores by epochs and effort as Markdown, and how much effort replaces the epochs that a model lacks.</summary>
/// <param name="set">The data.</param>
/// <param name="rows">Of each number of epochs, ascending, one result a seed; the same seeds in each.</param>
/// <param name="efforts">Efforts asked with, ascending, the first 0.</param>
internal sealed class TradeTables(string set, WorldResult[][] rows, int[] efforts)
{
    private const string Log = "log_score";
    private static readonly int[] ReplacedAt = [0, 256];

    private static readonly Measure[] Measures =
    [
        new("log score", Log, Log + "_0", 1),
        new("log score with one pass told as paths are", Log, EffortScores.OnePassAsPaths, 1),
        new("CRPS", "crps", "crps_0", -1),
    ];

    public void Write(TextWriter writer)
    {
        WriteScores(writer, "log score, nats per cell", [EffortScores.OnePassAsPaths, Log + "_0", .. efforts[1..].Select(effort => $"{Log}_{effort}")]);
        WriteScores(writer, "CRPS, deviations per cell", [.. efforts.Select(effort => $"crps_{effort}")]);
        WriteScores(writer, "processor time of a question, ms", [.. efforts.Select(effort => $"ms_{effort}")]);
        foreach (Measure measure in Measures)
        {
            foreach (int effort in ReplacedAt)
            {
                writer.WriteLine($"\n{set}: effort that reaches in {measure.Name} what the epochs of the line reach at effort {effort} (questions paid for by the learning saved)\n");
                WriteReplaced(writer, measure, effort);
            }
        }
    }

    /// <summary>Means over seeds; behind ± the standard deviation over seeds of what is gained on the first cell.</summary>
    private void WriteScores(TextWriter writer, string title, string[] figures)
    {
        writer.WriteLine($"\n{set}: {title}\n\n| epochs | done, kept | learning s | {string.Join(" | ", figures)} |");
        writer.WriteLine($"| --- | --- | --- |{string.Concat(Enumerable.Repeat(" --- |", figures.Length))}");
        foreach (WorldResult[] row in rows)
        {
            writer.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {Mean(row, "epochs")} | {Mean(row, "epochs_done"):F1}, {Mean(row, "epochs_kept"):F1} | {Mean(row, "learn_seconds"):F1} | {string.Join(" | ", figures.Select(figure => Spread(row, figure, figures[0])))} |"));
        }
    }

    private string Spread(WorldResult[] row, string figure, string reference)
    {
        double[] gains = [.. row.Join(rows[0], result => result.Seed, first => first.Seed, (result, first) => result.Figures[figure] - first.Figures[reference])];
        string mean = Mean(row, figure).ToString("G5", CultureInfo.InvariantCulture);
        double deviation = Math.Sqrt(gains.Sum(gain => (gain - gains.Average()) * (gain - gains.Average())) / (gains.Length - 1));
        return gains.Length < 2 ? mean : string.Create(CultureInfo.InvariantCulture, $"{mean} ± {deviation:G2}");
    }

    /// <summary>A line for each number of epochs, a column for each smaller one: the effort, the questions, and in how many of the seeds it is reached.</summary>
    private void WriteReplaced(TextWriter writer, Measure measure, int effort)
    {
        string[] epochs = [.. rows.Select(row => row[0].Figures["epochs"].ToString(CultureInfo.InvariantCulture))];
        writer.WriteLine($"| epochs | {string.Join(" | ", epochs[..^1].Select(count => $"from {count}"))} |");
        writer.WriteLine($"| --- |{string.Concat(Enumerable.Repeat(" --- |", rows.Length - 1))}");
        for (int longer = 1; longer < rows.Length; longer++)
        {
            IEnumerable<string> cells = rows[..longer].Select(row => Replaced(row, rows[longer], measure, effort));
            writer.WriteLine($"| {epochs[longer]} | {string.Join(" | ", cells)} |{string.Concat(Enumerable.Repeat(" |", rows.Length - 1 - longer))}");
        }
    }

    private string Replaced(WorldResult[] shorterRow, WorldResult[] longerRow, Measure measure, int effort)
    {
        double? Needed(WorldResult[] shorter, WorldResult[] longer) =>
            Curve(shorter, measure).EffortFor(Curve(longer, measure).Scores[Array.IndexOf(efforts, effort)]);
        string seeds = shorterRow.Length < 2 ? ""
            : $" {shorterRow.Count(one => Needed([one], [.. longerRow.Where(other => other.Seed == one.Seed)]) is not null)}/{shorterRow.Length}";
        if (Needed(shorterRow, longerRow) is not double needed)
        {
            return "never" + seeds;
        }

        double paid = Curve(shorterRow, measure).QuestionsPaid(Curve(longerRow, measure), needed, effort);
        return string.Create(CultureInfo.InvariantCulture, $"{needed:F0} ({(double.IsInfinity(paid) ? "any" : paid.ToString("N0", CultureInfo.InvariantCulture))}){seeds}");
    }

    private TradeCurve Curve(WorldResult[] row, Measure measure) => new(
        efforts,
        [.. efforts.Select(effort => measure.Sign * Mean(row, effort == 0 ? measure.OnePass : $"{measure.Figure}_{effort}"))],
        [.. efforts.Select(effort => Mean(row, $"ms_{effort}"))],
        Mean(row, "learn_seconds"));

    private static double Mean(WorldResult[] row, string figure) => row.Average(result => result.Figures[figure]);

    /// <summary>A score: its figures in the results, that of one pass, and 1 where higher is better, else -1.</summary>
    private sealed record Measure(string Name, string Figure, string OnePass, int Sign);
}
