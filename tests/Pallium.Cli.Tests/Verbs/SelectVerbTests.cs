using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class SelectVerbTests(LearnedModel learned)
{
    private static readonly SelectionScore Score = new(0.25, 0.9, 0.875, double.NaN, double.NaN);

    private static readonly SelectionResult Result = new(
        new Channel("on", ChannelKind.Binary),
        [
            new SelectedChannel(new Channel("heat", ChannelKind.Real) { Unit = "[K]" }, true, 6.5, 0.998) { Without = Score with { Accuracy = 0.5 }, Cost = 0.375, CostError = 0.0625 },
            new SelectedChannel(new Channel("rain", ChannelKind.Positive), false, -7.25, 0.001),
        ],
        [new SelectionStep(double.PositiveInfinity, 0, 0.7, 0.45, 0.05, false), new SelectionStep(0.01, 1.4, 0.25, 0, 0, true)])
    {
        All = Score with { Loss = 0.24 },
        Selected = Score,
        None = Score with { Loss = 0.69 },
        Cost = 0.01,
        CostError = 0.005,
        Slices = 800,
        TestSlices = 200,
        Folds = 5,
        Stack = "gru(32)",
    };

    [Fact]
    public void Costs_prices_and_scores_are_told()
    {
        string text = Fabricated.Printed(console => SelectVerb.WriteText(console, Result));
        Assert.All(
            new[] { "heat [[K]]", "6.500", "0.375", "0.0625", "50.0 %", "-7.250", "none kept", "1.4", "87.5 %", "Kept 1 of 2 channels", "costs 0.01 nats", "200 slices", "5 parts of 800" },
            word => Assert.Contains(word, text, StringComparison.Ordinal));
        JsonElement json = Fabricated.Json(json => SelectVerb.WriteJson(json, Result));
        Assert.Equal("heat", json.GetProperty("selected")[0].GetString());
        Assert.Equal(0.375, json.GetProperty("channels")[0].GetProperty("cost").GetDouble());
        Assert.False(json.GetProperty("channels")[1].TryGetProperty("cost", out _));
        Assert.Equal(JsonValueKind.Null, json.GetProperty("prices")[0].GetProperty("price").ValueKind);
        Assert.Equal(0.875, json.GetProperty("selection").GetProperty("balancedAccuracy").GetDouble());
    }

    [Fact]
    public void A_table_is_selected_from_by_the_command()
    {
        using var folder = new TestFolder();
        var text = new StringBuilder("a,b,c,on\n");
        for (int i = 0; i < 200; i++)
        {
            int[] x = [.. Enumerable.Range(1, 3).Select(c => (int)(unchecked((uint)((i * 4) + c) * 2654435761u) >> 22))];
            text.Append(CultureInfo.InvariantCulture, $"{x[0]},{x[1]},{x[2]},{(x[1] > 500 ? "yes" : "no")}\n");
        }

        folder.Write("data.csv", text.ToString());
        string output = PalliumProcess.Run(folder.Path, "select", "data.csv", "--target", "on", "--table", "--updates", "200", "--threads", "1", "--json").Succeeded().Output;
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal("b", Assert.Single(json.GetProperty("selected").EnumerateArray()).GetString());
        Assert.InRange(json.GetProperty("selection").GetProperty("accuracy").GetDouble(), 0.9, 1);
    }

    [Fact]
    public void Faults_are_told_in_a_sentence()
    {
        using var folder = new TestFolder();
        PalliumProcess.Run(folder.Path, "select", learned.Data, "--target", "lvel").Refused("'lvel'", "did you mean 'level'");
        PalliumProcess.Run(folder.Path, "select", learned.Data).Refused("--target");
        PalliumProcess.Run(folder.Path, "select", learned.Model, "--target", "level").Refused("found a model, expected data");
        PalliumProcess.Run(folder.Path, "select", learned.Data, "--target", "level", "--stack", "gro(8)").Refused("stack", "gro");
    }
}
