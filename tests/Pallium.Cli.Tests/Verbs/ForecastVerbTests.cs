using System.Text.Json;
using System.Xml.Linq;

namespace Pallium.Cli.Tests;

public sealed class ForecastVerbTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void A_forecast_is_a_table_and_a_plot()
    {
        string text = PalliumProcess.Run(_folder.Path, "forecast", learned.Model, "--after", learned.Data, "--horizon", "5", "--paths", "32", "--plot", "f.svg").Succeeded().Output;
        Assert.All(new[] { "2020-01-09 08:00:00", "2020-01-09 12:00:00", "level [m]", "90 % interval", "━", "░" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.Equal("svg", XDocument.Load(_folder.At("f.svg")).Root!.Name.LocalName);
    }

    [Fact]
    public void Json_has_every_slice_and_channel()
    {
        JsonElement json = JsonDocument.Parse(
            PalliumProcess.Run(_folder.Path, "forecast", learned.Model, "--after", learned.Data, "--horizon", "3", "--every", "2h", "--level", "0.8", "--json").Succeeded().Output).RootElement;
        JsonElement[] slices = [.. json.GetProperty("slices").EnumerateArray()];
        Assert.Equal(["2020-01-09 09:00:00", "2020-01-09 11:00:00", "2020-01-09 13:00:00"], slices.Select(slice => slice.GetProperty("time").GetString()));
        JsonElement level = slices[0].GetProperty("channels").GetProperty("level");
        Assert.Contains(0.8, level.GetProperty("intervals").EnumerateArray().Select(interval => interval.GetProperty("share").GetDouble()));
        Assert.Equal(1, slices[2].GetProperty("channels").GetProperty("kind").GetProperty("probabilities").EnumerateObject().Sum(p => p.Value.GetDouble()), 1e-9);
    }

    [Fact]
    public void The_same_seed_gives_the_same_answer()
    {
        string[] arguments = ["forecast", learned.Model, "--after", learned.Data, "--horizon", "3", "--paths", "32", "--seed", "5", "--json"];
        Assert.Equal(PalliumProcess.Run(_folder.Path, arguments).Output, PalliumProcess.Run(_folder.Path, arguments).Output);
    }

    public void Dispose() => _folder.Dispose();
}
