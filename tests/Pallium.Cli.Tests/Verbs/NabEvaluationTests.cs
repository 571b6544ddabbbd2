using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class NabEvaluationTests(LearnedModel learned) : IDisposable
{
    private const int Rows = 800;
    private readonly TestFolder _folder = new();

    [Fact]
    public void The_table_has_a_row_per_series_and_one_for_all()
    {
        NabResult[] results = [.. NabProfile.All.Select(profile => NabScore.At(1, Made(), profile))];
        string text = Fabricated.Printed(console => NabEvaluation.WriteText(console, results));
        string[] noisy = Cells(text, "[noisy]");
        string[] all = Cells(text, "all");
        Assert.Equal(["[noisy]", "200", "0", "0", "1", "-", "-", "-"], noisy);
        Assert.Equal(["all", "400", "1", "1", "1", "94.5", "89.0", "96.3"], all);
    }

    [Fact]
    public void Json_has_the_same_figures()
    {
        NabResult[] results = [.. NabProfile.All.Select(profile => NabScore.At(1, Made(), profile))];
        JsonElement json = Fabricated.Json(json => NabEvaluation.WriteJson(json, results));
        Assert.Equal(["standard", "reward_low_FP", "reward_low_FN"], json.EnumerateObject().Select(profile => profile.Name));
        JsonElement standard = json.GetProperty("standard");
        Assert.Equal(94.5, standard.GetProperty("normalized").GetDouble(), 1e-9);
        Assert.Equal(-0.11, standard.GetProperty("series")[1].GetProperty("raw").GetDouble(), 1e-9);
        Assert.Equal(JsonValueKind.Null, standard.GetProperty("series")[1].GetProperty("normalized").ValueKind);
    }

    [Fact]
    public void A_spike_in_a_made_series_is_found_without_a_model()
    {
        Write();
        JsonElement json = Json("evaluate", "--nab", "data.csv", "--windows", "windows.csv", "--json").GetProperty("standard");
        Assert.InRange(json.GetProperty("normalized").GetDouble(), 80, 100);
        JsonElement spiky = json.GetProperty("series")[1];
        Assert.Equal(("spiky", Rows, 1, 1), (spiky.GetProperty("series").GetString(), spiky.GetProperty("rows").GetInt32(),
            spiky.GetProperty("windows").GetInt32(), spiky.GetProperty("found").GetInt32()));
        string table = PalliumProcess.Run(_folder.Path, "evaluate", "--nab", "data.csv", "--windows", "windows.csv").Succeeded().Output;
        Assert.Contains("reward_low_FN", table, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_stands_for_its_files()
    {
        Write("nab.csv");
        JsonElement folder = Json("evaluate", "--nab", ".", "--json");
        JsonElement files = Json("evaluate", "--nab", "nab.csv", "--windows", "windows.csv", "--json");
        Assert.Equal(files.ToString(), folder.ToString());
    }

    [Fact]
    public void With_a_model_its_surprise_is_scored()
    {
        Write();
        JsonElement json = Json("evaluate", learned.Model, "--nab", "data.csv", "--windows", "windows.csv", "--value", "level", "--json").GetProperty("standard");
        Assert.Equal(1, json.GetProperty("series")[1].GetProperty("found").GetInt32());
    }

    [Fact]
    public void Mistakes_are_told_in_a_sentence()
    {
        Write();
        Run("--nab", "data.csv").Refused("--nab data.csv without --windows");
        Run("--windows", "windows.csv").Refused("found --windows without --nab");
        Run("--nab", ".").Refused("no nab.csv or nab.csv.gz");
        Run(learned.Model, "--nab", "data.csv", "--windows", "windows.csv").Refused("'value'", "expected a channel of the model");
        Run(learned.Model, "data.csv", "--nab", "data.csv", "--windows", "windows.csv").Refused("'data.csv' beside --nab");
        _folder.Write("windows.csv", $"series,start_i,end_i\nspiky,500,{Rows}\n");
        Run("--nab", "data.csv", "--windows", "windows.csv").Refused("windows.csv, line 2", "inside the rows 0 to 799 of 'spiky'");
        Run().Refused("found no MODEL, expected pallium evaluate MODEL TEST");
        Run(learned.Model).Refused("found no TEST, expected pallium evaluate MODEL TEST");
    }

    [Theory]
    [InlineData("--after", "data.csv")]
    [InlineData("--horizon", "3")]
    [InlineData("--stride", "3")]
    [InlineData("--paths", "8")]
    [InlineData("--seed", "2")]
    [InlineData("--threads", "2")]
    [InlineData("--duplicates", "mean")]
    [InlineData("--time-zone", "Europe/Berlin")]
    [InlineData("--masks", "10")]
    [InlineData("--train", "data.csv")]
    public void Options_that_it_has_no_use_for_are_refused(string option, string value) =>
        Run("--nab", "data.csv", "--windows", "windows.csv", option, value).Refused($"Option {option}: found it beside --nab");

    public void Dispose() => _folder.Dispose();

    /// <summary>A window found at its first row, and a false alarm in a series without windows.</summary>
    private static ScoredSeries[] Made()
    {
        double[] found = new double[200];
        double[] noisy = new double[200];
        found[100] = noisy[120] = 1;
        return [new ScoredSeries("found", found, [new(100, 119)]), new ScoredSeries("[noisy]", noisy, [])];
    }

    private static string[] Cells(string table, string series) =>
        [.. Assert.Single(table.Split('\n'), line => line.Contains($" {series} ", StringComparison.Ordinal) && line.Contains('│', StringComparison.Ordinal))
            .Split('│', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Two series, with a column more of the same values; one has a spike in row 600, labelled.</summary>
    private void Write(string name = "data.csv")
    {
        var text = new StringBuilder("series,time,value,level\n");
        foreach (string series in new[] { "calm", "spiky" })
        {
            for (int i = 0; i < Rows; i++)
            {
                DateTime time = new DateTime(2020, 1, 1).AddMinutes(5 * i);
                int value = series == "spiky" && i == 600 ? 40 : i * i % 7;
                text.Append(CultureInfo.InvariantCulture, $"{series},{time:yyyy-MM-dd HH:mm:ss},{value},{value}\n");
            }
        }

        _folder.Write(name, text.ToString());
        _folder.Write("windows.csv", "series,start_i,end_i\nspiky,595,620\n");
    }

    private PalliumProcess Run(params string[] arguments) => PalliumProcess.Run(_folder.Path, ["evaluate", .. arguments]);

    private JsonElement Json(params string[] arguments) => JsonDocument.Parse(PalliumProcess.Run(_folder.Path, arguments).Succeeded().Output).RootElement;
}
