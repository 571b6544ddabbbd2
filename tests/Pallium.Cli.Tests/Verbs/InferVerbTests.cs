using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class InferVerbTests(LearnedModel learned)
{
    private static readonly string Folder = Path.GetTempPath();

    [Fact]
    public void An_answer_has_intervals_or_probabilities()
    {
        string text = PalliumProcess.Run(Folder, "infer", learned.Model, "--given", "rain=3.2", "--infer", "level", "--infer", "kind").Succeeded().Output;
        Assert.All(new[] { "level [m]", "mean", "median", "90 %", "kind", "wet", "█" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void All_that_is_not_given_is_asked_for_by_default()
    {
        JsonElement json = Ask("--given", "kind=wet", "--given", "pump@+1=1");
        Assert.Equal(["level", "rain"], json.GetProperty("answers").EnumerateObject().Select(answer => answer.Name));
        Assert.Equal("wet", json.GetProperty("given").GetProperty("kind").GetString());
    }

    [Fact]
    public void The_past_may_be_known()
    {
        JsonElement json = Ask("--after", learned.Data, "--infer", "level");
        Assert.InRange(json.GetProperty("answers").GetProperty("level").GetProperty("mean").GetDouble(), 0, 6);
    }

    [Theory]
    [InlineData("wnd=1", "found 'wnd', which is no channel of the model")]
    [InlineData("kind=hail", "hail")]
    public void What_cannot_be_given_is_refused(string given, string words)
    {
        PalliumProcess.Run(Folder, "infer", learned.Model, "--given", given, "--infer", "rain").Refused(words);
    }

    [Fact]
    public void What_is_given_cannot_be_asked_for()
    {
        PalliumProcess.Run(Folder, "infer", learned.Model, "--given", "rain=1", "--infer", "rain").Refused("rain");
    }

    [Fact]
    public void Slices_to_come_are_asked_about_under_clamps_of_many_kinds()
    {
        JsonElement json = Ask(
            "--after", learned.Data, "--given", "level@+6=3.5 m", "--given", "pump@+1..+3=1", "--given", "rain@+2 in 0..2", "--given", "kind@+2 in day,night",
            "--given", "level@+4 - level@+3 <= 0.5", "--infer", "level@+1..+3", "--infer", "kind@+2h", "--event", "rain@+3>0 and pump@+5=0", "--effort", "200",
            "--quantiles", "0.05,0.95");
        Assert.Equal(["level", "level@+2", "level@+3", "kind@+2"], json.GetProperty("answers").EnumerateObject().Select(answer => answer.Name));
        JsonElement second = json.GetProperty("answers").GetProperty("level@+2");
        Assert.Equal(("level", 2, "2020-01-09 09:00:00"), (second.GetProperty("channel").GetString(), second.GetProperty("offset").GetInt32(), second.GetProperty("time").GetString()));
        Assert.True(second.GetProperty("standardError").GetDouble() > 0);
        Assert.Equal([0.05, 0.95], second.GetProperty("quantiles").EnumerateArray().Select(quantile => quantile.GetProperty("share").GetDouble()));
        Assert.Equal(0, json.GetProperty("answers").GetProperty("kind@+2").GetProperty("probabilities").GetProperty("wet").GetDouble());
        Assert.InRange(json.GetProperty("events")[0].GetProperty("probability").GetDouble(), 0, 1);
        Assert.Equal(200, json.GetProperty("effort").GetInt32());
        Assert.Equal(["level@+6", "pump", "pump@+2", "pump@+3"], json.GetProperty("given").EnumerateObject().Select(cell => cell.Name));
        Assert.Equal(7, json.GetProperty("clamps").GetArrayLength());
    }

    [Fact]
    public void The_past_is_inferred_from_before_and_after()
    {
        string[] question = ["--after", learned.Data, "--infer", "level@-6..-4", "--effort", "100", "--seed", "3"];
        JsonElement json = Ask(question);
        Assert.Equal([-6, -5, -4], json.GetProperty("answers").EnumerateObject().Select(answer => answer.Value.GetProperty("offset").GetInt32()));
        Assert.Equal("2020-01-09 01:00:00", json.GetProperty("answers").GetProperty("level@-6").GetProperty("time").GetString());
        Assert.Equal(json.GetRawText(), Ask([.. question, "--threads", "1"]).GetRawText());
        string table = PalliumProcess.Run(Folder, ["infer", learned.Model, .. question]).Succeeded().Output;
        Assert.All(new[] { "level@-6", "2020-01-09 01:00:00", "median", "100 draws" }, word => Assert.Contains(word, table, StringComparison.Ordinal));
    }

    [Fact]
    public void Addresses_by_time_reach_as_far_back_as_they_say()
    {
        JsonElement json = Ask("--after", learned.Data, "--infer", "level@2020-01-08T20:00..2020-01-08 22:00", "--infer", "level@-4h", "--effort", "50");
        Assert.Equal([-11, -10, -9, -4], json.GetProperty("answers").EnumerateObject().Select(answer => answer.Value.GetProperty("offset").GetInt32()));
    }

    [Fact]
    public void A_plan_holds_the_stamps_and_known_cells_of_slices_to_come()
    {
        using var folder = new TestFolder();
        folder.Write("plan.csv", "time,pump\n2020-01-09 09:30:00,1\n2020-01-09 12:00:00,1\n");
        JsonElement json = Ask("--after", learned.Data, "--future", folder.At("plan.csv"), "--every", "2h", "--infer", "level@+1..+3", "--infer", "level@+7h", "--effort", "50");
        Assert.Equal(
            ["2020-01-09 09:30:00", "2020-01-09 12:00:00", "2020-01-09 14:00:00"],
            json.GetProperty("answers").EnumerateObject().Select(answer => answer.Value.GetProperty("time").GetString()));
    }

    [Fact]
    public void Joint_samples_are_written_as_csv_or_json_lines()
    {
        using var folder = new TestFolder();
        string[] question = ["infer", learned.Model, "--after", learned.Data, "--infer", "level", "--infer", "kind@+2", "--effort", "20"];
        PalliumProcess.Run(folder.Path, [.. question, "--samples", "s.csv"]).Succeeded();
        string[] rows = folder.Read("s.csv").TrimEnd('\n').Split('\n');
        Assert.Equal("level@+1,kind@+2", rows[0]);
        Assert.Equal(21, rows.Length);
        Assert.All(rows[1..], row => Assert.Contains(row.Split(',')[1], new[] { "wet", "day", "night" }));
        PalliumProcess.Run(folder.Path, [.. question, "--samples", "s.jsonl"]).Succeeded();
        JsonElement[] lines = [.. folder.Read("s.jsonl").TrimEnd('\n').Split('\n').Select(line => JsonDocument.Parse(line).RootElement)];
        Assert.Equal(20, lines.Length);
        Assert.Equal(double.Parse(rows[1].Split(',')[0], System.Globalization.CultureInfo.InvariantCulture), lines[0].GetProperty("level@+1").GetDouble());
        PalliumProcess.Run(folder.Path, "infer", learned.Model, "--infer", "level", "--effort", "20", "--samples", "one.csv").Succeeded();
        Assert.Equal(21, folder.Read("one.csv").TrimEnd('\n').Split('\n').Length);
    }

    [Theory]
    [InlineData("--given", "level>3", "--given", "level<2", "'level>3' and 'level<2', which cannot both hold (log evidence -∞)")]
    [InlineData("--infer", "level@-300", "--effort", "10", "found 'level@-300', expected a slice of the data: the first that is kept is 2020-01-01 00:00:00, 199 slices before")]
    [InlineData("--infer", "level@+3", "--effort", "-1", "found '-1', expected a whole number of at least 0")]
    [InlineData("--infer", "level@+30", "--memory-cap", "1MB", "expected at most the cap of 1 MB")]
    [InlineData("--effort", "0", "--samples", "none.csv", "expected an effort above 0")]
    public void What_cannot_be_asked_is_refused(string one, string first, string two, string second, string words) =>
        PalliumProcess.Run(Folder, "infer", learned.Model, "--after", learned.Data, one, first, two, second).Refused(words);

    [Theory]
    [InlineData("level@+1>3", "level@+1<2", "level@+1<2", "cannot both hold")]
    [InlineData("level@+2=3", "level@+2 in 1e9..2e9", "level@+2 in 1e9..2e9", "cannot both hold")]
    [InlineData("level@+2 in 1e9..2e9", "pump=1", "level@+2 in 1e9..2e9", "Found a contradiction")]
    public void With_json_a_contradiction_is_told_as_json_and_as_a_sentence(string one, string two, string clamp, string words)
    {
        PalliumProcess run = PalliumProcess.Run(
            Folder, "infer", learned.Model, "--after", learned.Data, "--given", one, "--given", two, "--infer", "level@+3", "--effort", "50", "--json");
        run.Refused(words);
        JsonElement json = JsonDocument.Parse(run.Output).RootElement;
        Assert.Equal(clamp, json.GetProperty("clamp").GetString());
        Assert.Contains(words, json.GetProperty("contradiction").GetString(), StringComparison.Ordinal);
        Assert.Contains(json.GetProperty("contradiction").GetString()!, run.Error, StringComparison.Ordinal);
        JsonElement logEvidence = json.GetProperty("logEvidence");
        Assert.True(logEvidence.ValueKind == JsonValueKind.Null || logEvidence.GetDouble() < -10_000, $"{logEvidence}");
    }

    [Fact]
    public void Without_json_a_contradiction_leaves_standard_output_empty()
    {
        PalliumProcess run = PalliumProcess.Run(Folder, "infer", learned.Model, "--given", "level>3", "--given", "level<2", "--infer", "rain");
        run.Refused("cannot both hold");
        Assert.Empty(run.Output);
    }

    [Fact]
    public void Without_history_the_past_cannot_be_asked_about() =>
        PalliumProcess.Run(Folder, "infer", learned.Model, "--infer", "level@-3").Refused("'level@-3'", "there is no history");

    private JsonElement Ask(params string[] arguments) =>
        JsonDocument.Parse(PalliumProcess.Run(Folder, ["infer", learned.Model, .. arguments, "--json"]).Succeeded().Output).RootElement;
}
