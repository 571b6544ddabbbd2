using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class ExplainVerbTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void The_channel_that_was_tampered_with_is_named_with_what_its_prediction_came_from()
    {
        string[] lines = LearnedModel.Csv(0, 120).Split('\n');
        string[] cells = lines[101].Split(',');
        lines[101] = string.Join(',', [cells[0], "9.5", .. cells[2..]]);
        _folder.Write("odd.csv", string.Join('\n', lines));
        JsonElement json = JsonDocument.Parse(
            PalliumProcess.Run(_folder.Path, "explain", learned.Model, "--after", "odd.csv", "--at", cells[0], "--back", "2", "--top", "3", "--json").Succeeded().Output).RootElement;
        Assert.Equal(cells[0], json.GetProperty("time").GetString());
        Assert.Equal("level", json.GetProperty("explained").GetString());
        JsonElement worst = json.GetProperty("channels")[0];
        Assert.Equal("level", worst.GetProperty("channel").GetString());
        Assert.Equal(9.5, worst.GetProperty("value").GetDouble());
        Assert.InRange(worst.GetProperty("tail").GetDouble(), 0, 0.01);
        JsonElement[] moved = [.. json.GetProperty("cells").EnumerateArray()];
        Assert.Equal(3, moved.Length);
        Assert.All(moved, cell => Assert.InRange(cell.GetProperty("offset").GetInt32(), -2, 0));
        double[] strengths = [.. moved.Select(cell => Math.Max(Size(cell, "shift"), Size(cell, "gain")))];
        Assert.Equal(strengths.OrderDescending(), strengths);
    }

    [Fact]
    public void The_shipped_sample_is_explained_as_a_table()
    {
        string sample = Path.Combine(Repository.Root, "samples", "seattle-weather.csv");
        PalliumProcess.Run(_folder.Path, "learn", sample, "-o", "w.pallium", "--stack", "none", "--test-share", "0.25").Succeeded();
        string text = PalliumProcess.Run(_folder.Path, "explain", "w.pallium", "--after", sample, "--at", "2015-08-14").Succeeded().Output;
        Assert.StartsWith("2015-08-14: surprise ", text, StringComparison.Ordinal);
        Assert.All(new[] { "precipitation [mm]", "30.5", "weather@0", "2015-08-13", "@-1", "shift (sd)" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void A_channel_may_be_named_and_the_last_slice_is_the_default()
    {
        string text = PalliumProcess.Run(_folder.Path, "explain", learned.Model, "--after", learned.Data, "--channel", "kind", "--back", "0").Succeeded().Output;
        Assert.Contains("2020-01-09 07:00:00: surprise", text, StringComparison.Ordinal);
        Assert.Contains("kind, expected", text, StringComparison.Ordinal);
        Assert.DoesNotContain("@-1", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("2020-01-03 10:30", "expected the time of a slice", "2020-01-03 10:00:00")]
    [InlineData("2031-01-01", "the last one up to then is 2020-01-09 07:00:00", "data.csv")]
    [InlineData("1999-01-01", "before the first slice", "data.csv")]
    [InlineData("noon", "found 'noon', expected a date", "Option --at")]
    public void A_time_without_a_slice_is_refused(string at, string words, string more) =>
        PalliumProcess.Run(_folder.Path, "explain", learned.Model, "--after", learned.Data, "--at", at).Refused(words, more);

    [Fact]
    public void An_unknown_channel_is_refused() =>
        PalliumProcess.Run(_folder.Path, "explain", learned.Model, "--after", learned.Data, "--channel", "lvel").Refused("such as 'level'");

    public void Dispose() => _folder.Dispose();

    private static double Size(JsonElement cell, string name) =>
        cell.GetProperty(name) is { ValueKind: JsonValueKind.Number } number ? Math.Abs(number.GetDouble()) : 0;
}
