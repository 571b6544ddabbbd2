using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class ConvertVerbTests(LearnedModel learned) : IDisposable
{
    private const string Stack = "linear(8)+residual(rmsnorm+attention(8,window=6))x2";
    private readonly TestFolder _folder = new();

    [Fact]
    public void Steps_scores_and_losses_are_told()
    {
        var loss = new MeasuredLoss { Source = "what was held back of rain.csv (20 slices)", LogLossBefore = 2.25, LogLossAfter = 2.2525, LikelihoodLoss = 0.0025, ErrorIncrease = -0.00125 };
        var step = new ConversionStep(2, "attention(8,window=6)", "mamba(8)", 1.25, 0.125, 2.5, 2.375);
        var result = new Conversion(null!, [step], 2.4375, Fabricated.Evaluation, Fabricated.Evaluation, loss, []);
        ModelSummary before = WorldModel.Load(learned.Model).Summary;
        var outcome = new ConvertVerb.Outcome(result, 0.01, before with { Stack = "old" }, before with { Stack = "new" });
        string text = Fabricated.Printed(console => ConvertVerb.WriteText(console, outcome, "fast.pallium"));
        Assert.All(
            new[]
            {
                "attention(8,window=6)", "mamba(8)", "125.0 %", "12.5 %", "2.500", "2.375", "2.438", "cells 0.25 % less likely, errors 0.125 % smaller; 1 % of either",
                "held back of rain.csv", "old before, new after", "Wrote fast.pallium.",
            },
            word => Assert.Contains(word, text, StringComparison.Ordinal));
        text = Fabricated.Printed(console => ConvertVerb.WriteText(console, outcome with { Tolerance = 0.002 }, "fast.pallium"));
        Assert.DoesNotContain("Wrote", text, StringComparison.Ordinal);
        JsonElement json = Fabricated.Json(json => ConvertVerb.WriteJson(json, outcome));
        Assert.True(json.GetProperty("written").GetBoolean());
        Assert.Equal(0.0025, json.GetProperty("loss").GetDouble());
        Assert.Equal(0.125, json.GetProperty("steps")[0].GetProperty("error").GetDouble());
        Assert.Equal(2.4375, json.GetProperty("validationLossBefore").GetDouble());
    }

    [Fact]
    public void A_model_is_converted_and_answers_and_a_loss_beyond_the_tolerance_writes_nothing()
    {
        PalliumProcess.Run(_folder.Path, "learn", learned.Data, "-o", "m.pallium", "--stack", Stack, "--epochs", "2").Succeeded();
        byte[] model = File.ReadAllBytes(_folder.At("m.pallium"));
        string[] convert = ["convert", "m.pallium", learned.Data, "--replace", "attention=mamba", "--updates", "3", "--horizon", "3"];
        string output = PalliumProcess.Run(_folder.Path, [.. convert, "--layers", "2", "--tolerance", "50%", "-o", "c.pallium", "--json"]).Succeeded().Output;
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.True(json.GetProperty("written").GetBoolean());
        Assert.Equal(2, Assert.Single(json.GetProperty("steps").EnumerateArray()).GetProperty("layer").GetInt32());
        JsonElement shown = JsonDocument.Parse(PalliumProcess.Run(_folder.Path, "inspect", "c.pallium", "--json").Succeeded().Output).RootElement;
        Assert.Equal("linear(8)+residual(rmsnorm+attention(8,window=6))+residual(rmsnorm+mamba(8))", shown.GetProperty("stack").GetString());
        PalliumProcess.Run(_folder.Path, "forecast", "c.pallium", "--after", learned.Data, "--horizon", "3").Succeeded();

        // A loss is of either sign by chance, but hardly negative with three seeds.
        _folder.Write("test.csv", LearnedModel.Csv(200, 230));
        PalliumProcess[] runs = [.. new[] { "1", "2", "3" }.Select(seed => PalliumProcess.Run(
            _folder.Path, [.. convert, "--test", "test.csv", "--after", learned.Data, "--tolerance", "0%", "--seed", seed, "-o", "no.pallium"]))];
        PalliumProcess refused = runs.First(run => run.ExitCode != 0);
        Assert.Equal(1, refused.ExitCode);
        string sentence = refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Matches("^pallium: the loss of quality is [0-9.]+ %, and 0 % was allowed; no.pallium was not written.$", sentence);
        Assert.Contains("after imitation", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Wrote", refused.Output, StringComparison.Ordinal);
        Assert.Equal(model, File.ReadAllBytes(_folder.At("m.pallium")));

        // Without -o the model itself is written over.
        PalliumProcess.Run(_folder.Path, [.. convert, "--tolerance", "50%"]).Succeeded();
        Assert.Contains("mamba(8))x2", PalliumProcess.Run(_folder.Path, "inspect", "m.pallium").Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Refused([], "no option --replace", "attention=mamba");
        Refused(["--replace", "liquid"], "Option replace", "position 7", "expected '='");
        Refused(["--replace", "liquid=mambo"], "Option replace", "position 8", "did you mean 'mamba'?");
        Refused(["--replace", "liquid=liquid"], "on both sides");
        Refused(["--replace", "attention=mamba"], "Stack, position 1", "which has no layer 'attention'", "it has liquid");
        Refused(["--replace", "liquid=mamba(9)"], "position 8", "which gives 9 channels, expected 8");
        Refused(["--replace", "liquid=gru", "--layers", "2"], "Option layers: found 2, expected numbers from 1 to 1");
        Refused(["--replace", "liquid=gru", "--layers", "0"], "Option --layers: found '0'", "such as 1,3");
        Refused(["--replace", "liquid=gru", "--after", learned.Data], "Option --after", "without --test");
        Refused(["--replace", "liquid=gru", "--tolerance", "1"], "Option --tolerance", "'1'", "such as 1% or 0.01");
        PalliumProcess.Run(_folder.Path, "convert", learned.Model, "--replace", "liquid=gru", "-o", "o").Refused("slices to hold back", "give more data");
        PalliumProcess.Run(_folder.Path, "convert", learned.Data, "--replace", "liquid=gru", "-o", "o").Refused("found data, expected a model");
        PalliumProcess.Run(_folder.Path, "convert", learned.Model, learned.Data, "--replace", "liquid=gru", "-o", learned.Data).Refused("which is read as well");
        Assert.Empty(_folder.Files());

        void Refused(string[] options, params string[] words) =>
            PalliumProcess.Run(_folder.Path, ["convert", learned.Model, learned.Data, "-o", "o", .. options]).Refused(words);
    }

    public void Dispose() => _folder.Dispose();
}
