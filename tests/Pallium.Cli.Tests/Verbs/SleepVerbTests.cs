using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class SleepVerbTests(LearnedModel learned)
{
    private static readonly SleepRecord Record = new()
    {
        Source = "room.csv",
        HeldOut = "the last tenth of room.csv",
        Rounds = 3,
        Seed = 1,
        Effort = 64,
        Horizon = 6,
        Overall = new SleepGroup("all questions", 1000, -1.5, -1.25, 0.125),
        Groups = [new SleepGroup("later cells known, farther", 500, -1.75, -1, 0.0625)],
    };

    [Fact]
    public void Scores_are_told_before_and_after_per_group()
    {
        var result = new SleepResult(null!, true, Record);
        string text = Fabricated.Printed(console => SleepVerb.WriteText(console, result, "room.pallium", written: true));
        Assert.All(
            new[] { "later cells known, farther", "-1.750", "-1.000", "0.750", "0.0625", "the last tenth of room.csv", "3 rounds", "are kept", "Wrote room.pallium." },
            word => Assert.Contains(word, text, StringComparison.Ordinal));
        JsonElement json = Fabricated.Json(json => SleepVerb.WriteJson(json, result));
        Assert.True(json.GetProperty("kept").GetBoolean());
        Assert.Equal(-1.25, json.GetProperty("groups")[0].GetProperty("after").GetDouble());
    }

    [Fact]
    public void A_model_sleeps_and_is_written_or_left_alone()
    {
        using var folder = new TestFolder();
        string model = folder.At("tank.pallium");
        File.Copy(learned.Model, model);
        byte[] before = File.ReadAllBytes(model);
        string output = PalliumProcess.Run(
            folder.Path, "sleep", "tank.pallium", "--replay", learned.Data, "--rounds", "1", "--effort", "16", "--horizon", "3", "--threads", "1", "--json").Succeeded().Output;
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(1, json.GetProperty("rounds").GetInt32());
        Assert.Equal(json.GetProperty("kept").GetBoolean(), !before.AsSpan().SequenceEqual(File.ReadAllBytes(model)));
        JsonElement shown = JsonDocument.Parse(PalliumProcess.Run(folder.Path, "inspect", "tank.pallium", "--json").Succeeded().Output).RootElement;
        Assert.Equal(json.GetProperty("kept").GetBoolean(), shown.GetProperty("sleep").ValueKind != JsonValueKind.Null);
    }

    [Fact]
    public void Data_that_would_be_written_over_are_refused()
    {
        using var folder = new TestFolder();
        PalliumProcess run = PalliumProcess.Run(folder.Path, "sleep", learned.Model, "--replay", learned.Data, "-o", learned.Data);
        Assert.Equal(2, run.ExitCode);
        Assert.Contains("which is read as well", run.Error, StringComparison.Ordinal);
    }
}
