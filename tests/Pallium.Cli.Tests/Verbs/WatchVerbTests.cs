using System.Diagnostics;
using System.Text;
using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class WatchVerbTests(LearnedModel learned)
{
    private static readonly Surprise Surprise = new(12.5, [9.25, double.NaN, 1, 2.25], 0.0004) { Expected = [2, double.NaN, 0.5, 1] };

    private static readonly Slice Slice = Fabricated.Slice(1, 7.5, double.NaN, 1, 0);

    [Fact]
    public void A_line_has_stamp_surprise_blame_and_outlook()
    {
        string line = Fabricated.Printed(console => WatchVerb.WriteLine(console, Fabricated.Schema, Slice, Surprise, [.. Fabricated.Beliefs()]));
        Assert.Equal("1970-01-02  surprise   12.5 nats  tail    4e-4  worst rain 7.5 (9.2 nats)  next: rain 0.0, heat -1.2, pump 1, kind wet\n", line);
    }

    [Fact]
    public void A_json_line_has_the_same()
    {
        using var stream = new MemoryStream();
        WatchVerb.WriteJson(stream, Fabricated.Schema, Slice, Surprise, [.. Fabricated.Beliefs()]);
        string line = Encoding.UTF8.GetString(stream.ToArray());
        Assert.Equal(line.Length - 1, line.IndexOf('\n', StringComparison.Ordinal));
        JsonElement json = JsonDocument.Parse(line).RootElement;
        Assert.Equal("1970-01-02", json.GetProperty("time").GetString());
        Assert.Equal("rain", json.GetProperty("worst").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("channels").GetProperty("heat").ValueKind);
        Assert.Equal("wet", json.GetProperty("next").GetProperty("kind").GetString());
    }

    [Fact]
    public void An_anomaly_score_is_shown_where_it_was_asked_for()
    {
        var anomaly = new Anomaly(0.64, 0.5, 0.25, 0.25);
        string line = Fabricated.Printed(console => WatchVerb.WriteLine(console, Fabricated.Schema, Slice, Surprise, [.. Fabricated.Beliefs()], anomaly));
        Assert.Contains("tail    4e-4  anomaly 0.64  worst rain", line, StringComparison.Ordinal);
        string output = PalliumProcess.RunWith(Path.GetTempPath(), LearnedModel.Csv(0, 12), "watch", learned.Model, "--anomalies", "5", "--json").Succeeded().Output;
        string[] lines = output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(12, lines.Length);
        Assert.All(lines, text => Assert.InRange(JsonDocument.Parse(text).RootElement.GetProperty("anomaly").GetDouble(), 0, 1));
    }

    [Fact]
    public void Every_slice_is_answered_as_soon_as_it_arrives()
    {
        using Process process = PalliumProcess.Start(Path.GetTempPath(), "watch", learned.Model, "--after", learned.Data);
        process.StandardInput.WriteLine(LearnedModel.Header);
        for (int i = 200; i < 203; i++)
        {
            process.StandardInput.WriteLine(LearnedModel.Row(i));
            process.StandardInput.Flush();
            string line = process.StandardOutput.ReadLine()!;
            Assert.StartsWith(LearnedModel.Row(i)[.."2020-01-01 00:00:00".Length], line, StringComparison.Ordinal);
            Assert.Contains(" nats", line, StringComparison.Ordinal);
            Assert.Contains("next: level ", line, StringComparison.Ordinal);
        }

        process.StandardInput.Close();
        Assert.True(process.WaitForExit(TimeSpan.FromSeconds(20)));
        Assert.Equal(0, process.ExitCode);
    }

    [Fact]
    public void Json_lines_are_read_and_written()
    {
        string output = PalliumProcess.RunWith(
            Path.GetTempPath(), "{\"time\":\"2020-02-01T00:00:00\",\"level\":2.5,\"rain\":null,\"pump\":0,\"kind\":\"day\"}\n", "watch", learned.Model, "--json").Succeeded().Output;
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(JsonValueKind.Null, json.GetProperty("channels").GetProperty("rain").ValueKind);
        Assert.InRange(json.GetProperty("tail").GetDouble(), 0, 1);
    }
}
