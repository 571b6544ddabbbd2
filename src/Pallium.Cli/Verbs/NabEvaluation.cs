using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace Pallium.Cli;

/// <summary><c>pallium evaluate --nab</c>: how well anomalies of labelled series are found, by the rules of the Numenta Anomaly Benchmark.</summary>
internal sealed class NabEvaluation
{
    private const string WindowsName = "windows.csv";
    private static readonly string[] DataNames = ["nab.csv", "nab.csv.gz"];

    private readonly Option<string?> _nab = TypedOption.Text(
        "--nab", "DATA", "Score anomalies of labelled series instead, with the model's surprise or, without a model, with the detector's own: a file of series, time and value, or a folder that holds nab.csv.");
    private readonly Option<string?> _windows = TypedOption.Text(
        "--windows", "FILE", "With --nab: the labelled windows: series, start and end (or start_i and end_i, rows from 0), both inclusive (default: windows.csv of the folder).");
    private readonly Option<string?> _value = TypedOption.Text("--value", "COLUMN", "With --nab: the column of values, and the model's channel (default value).");

    /// <summary>Adds the options to a verb.</summary>
    public void AddTo(Command verb)
    {
        verb.Add(_nab);
        verb.Add(_windows);
        verb.Add(_value);
    }

    /// <summary>Whether the user asked for it.</summary>
    /// <exception cref="InputException">Its other options are there without it.</exception>
    public bool IsAsked(ParseResult parsed)
    {
        bool isAsked = parsed.GetValue(_nab) != null;
        string? alone = isAsked ? null : new[] { _windows, _value }.FirstOrDefault(option => parsed.GetValue(option) != null)?.Name;
        return alone == null ? isAsked : throw new InputException($"evaluate: found {alone} without --nab, expected --nab DATA beside it.");
    }

    /// <summary>Scores all series and writes the figures.</summary>
    /// <param name="parsed">What the user said.</param>
    /// <param name="model">The model's path; null is the detector's own surprise.</param>
    /// <param name="asJson">Whether JSON is written.</param>
    public int Run(ParseResult parsed, string? model, bool asJson)
    {
        (string data, string windows) = Files(parsed.GetValue(_nab)!, parsed.GetValue(_windows));
        string value = parsed.GetValue(_value) ?? "value";
        IReadOnlyList<LabelledSeries> series = NabData.Read(data, windows, value);
        WorldModel? learned = model == null ? null : ModelFile.Load(model);
        using var interrupt = new Interrupt();
        ScoredSeries[] scored = ProgressDisplay.Share("scoring", progress => series.Select((one, i) =>
        {
            interrupt.Token.ThrowIfCancellationRequested();
            ScoredSeries done = learned == null ? one.Detect() : one.Detect(learned, value);
            progress.Report((i + 1) / (double)series.Count);
            return done;
        }).ToArray());
        NabResult[] results = [.. NabProfile.All.Select(profile => NabScore.Best(scored, profile))];
        if (asJson)
        {
            JsonOutput.Write(json => WriteJson(json, results));
        }
        else
        {
            WriteText(Terminal.Out(), results);
        }

        return ExitCode.Success;
    }

    /// <summary>The scores as a table.</summary>
    internal static void WriteText(IAnsiConsole console, IReadOnlyList<NabResult> results)
    {
        Table table = TextTable.Of(["series"], ["rows", "windows", "found", "false alarms", .. results.Select(result => result.Profile.Name)]);
        IReadOnlyList<NabSeriesResult> first = results[0].Series;
        for (int s = 0; s < first.Count; s++)
        {
            table.AddTexts(Cells(first[s].Name, first[s].Rows, first[s].Windows, first[s].Found, first[s].FalseAlarms, results.Select(result => result.Series[s].Normalized)));
        }

        table.AddEmptyRow();
        table.AddTexts(Cells("all", first.Sum(one => one.Rows), first.Sum(one => one.Windows), first.Sum(one => one.Found), first.Sum(one => one.FalseAlarms), results.Select(result => result.Normalized)));
        console.Write(table);
        console.WriteLine("100 is every window found at its beginning without a false alarm, 0 is silence. Found windows and false alarms are those of the first profile.");
        console.WriteLine($"Thresholds, one for all series, each the best for its profile: {string.Join(", ", results.Select(result => $"{result.Profile.Name} {Figures.Score(result.Threshold)}"))}.");

        static IEnumerable<string> Cells(string name, int rows, int windows, int found, int falseAlarms, IEnumerable<double> scores) =>
        [
            name, Figures.Count(rows), Figures.Count(windows), Figures.Count(found), Figures.Count(falseAlarms),
            .. scores.Select(score => double.IsNaN(score) ? "-" : score.ToString("F1", CultureInfo.InvariantCulture)),
        ];
    }

    /// <summary>The scores as JSON.</summary>
    internal static void WriteJson(Utf8JsonWriter json, IReadOnlyList<NabResult> results)
    {
        json.WriteStartObject();
        foreach (NabResult result in results)
        {
            json.Object(result.Profile.Name, () =>
            {
                json.Figure("normalized", result.Normalized);
                json.Figure("raw", result.Raw);
                json.Figure("threshold", result.Threshold);
                json.Objects("series", result.Series, one =>
                {
                    json.WriteString("series", one.Name);
                    json.WriteNumber("rows", one.Rows);
                    json.WriteNumber("windows", one.Windows);
                    json.WriteNumber("found", one.Found);
                    json.WriteNumber("falseAlarms", one.FalseAlarms);
                    json.Figure("raw", one.Raw);
                    json.Figure("normalized", one.Normalized);
                });
            });
        }

        json.WriteEndObject();
    }

    /// <summary>The files of values and of windows.</summary>
    private static (string Data, string Windows) Files(string nab, string? windows)
    {
        if (!Directory.Exists(nab))
        {
            return (nab, windows ?? throw new InputException($"evaluate: found --nab {nab} without --windows, expected the file of labelled windows."));
        }

        string data = DataNames.Select(name => Path.Combine(nab, name)).FirstOrDefault(File.Exists)
            ?? throw new InputException($"{nab}: found no {string.Join(" or ", DataNames)} in this folder, expected one of them.");
        return (data, windows ?? Path.Combine(nab, WindowsName));
    }
}
