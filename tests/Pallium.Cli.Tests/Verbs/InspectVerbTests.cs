using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class InspectVerbTests(LearnedModel learned)
{
    [Fact]
    public void Tables_show_channels_cost_and_record()
    {
        string text = Fabricated.Printed(console => InspectVerb.WriteText(console, Fabricated.Summary));
        Assert.All(
            new[]
            {
                "rain", "mm", "dry <&> | wet | [red]", "liquid(64), single precision", "54,321 in the network", "24,000 multiply-adds", "211.9 KB", "1.2 KB per stream",
                "phase of 1 week, 1 year", "median step 1 day", "1,200 (900)", "rate halved at update 3",
            },
            word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Json_shows_the_same()
    {
        JsonElement json = Fabricated.Json(json => InspectVerb.WriteJson(json, Fabricated.Summary));
        Assert.Equal("liquid(64)", json.GetProperty("stack").GetString());
        Assert.Equal(4, json.GetProperty("channels").GetArrayLength());
        Assert.Equal("mm", json.GetProperty("channels")[0].GetProperty("unit").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("channels")[3].GetProperty("meanShare").ValueKind);
        Assert.Equal(20000, json.GetProperty("multiplyAdds").GetProperty("trunk").GetInt64());
        Assert.Equal(900, json.GetProperty("runs")[0].GetProperty("bestStep").GetInt64());
    }

    [Fact]
    public void A_learned_model_is_shown()
    {
        string text = PalliumProcess.Run(Path.GetTempPath(), "inspect", learned.Model).Succeeded().Output;
        Assert.All(new[] { "level", "rain", "pump", "day | night | wet", "data.csv" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void The_base_alone_is_shown_with_what_it_contributes()
    {
        using var folder = new TestFolder();
        PalliumProcess.Run(folder.Path, "learn", learned.Data, "-o", "base.pallium", "--stack", "none").Succeeded();
        JsonElement json = JsonDocument.Parse(PalliumProcess.Run(folder.Path, "inspect", "base.pallium", "--json").Succeeded().Output).RootElement;
        Assert.All(json.GetProperty("channels").EnumerateArray(), channel =>
        {
            Assert.True(double.IsFinite(channel.GetProperty("baseLoss").GetDouble()));
            Assert.Equal(channel.GetProperty("baseLoss").GetDouble(), channel.GetProperty("loss").GetDouble());
            Assert.Equal(0, channel.GetProperty("networkShare").GetDouble());
        });
        Assert.Contains("none: the base alone", PalliumProcess.Run(folder.Path, "inspect", "base.pallium").Succeeded().Output, StringComparison.Ordinal);
    }
}
