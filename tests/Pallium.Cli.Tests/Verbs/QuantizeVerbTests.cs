using System.Text.Json;
using Pallium.Numerics;

namespace Pallium.Cli.Tests;

public sealed class QuantizeVerbTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    private static QuantizationRecord Record => new()
    {
        Weights = "int8",
        Source = "rain.csv",
        LogLossBefore = 2.25,
        LogLossAfter = 2.2525,
        LikelihoodLoss = 0.0025,
        ErrorIncrease = -0.00125,
    };

    [Fact]
    public void Scores_sizes_and_both_losses_are_told()
    {
        var result = new Quantization(null!, Fabricated.Evaluation, Fabricated.Evaluation, Record);
        var outcome = new QuantizeVerb.Outcome(result, 0.01, (4000, 1000), (102400, 51200), (1000, 70));
        string text = Fabricated.Printed(console => QuantizeVerb.WriteText(console, outcome, "small.pallium"));
        Assert.All(
            new[]
            {
                "rain [mm]", "2.2500", "RMSE", "Brier", "1.1250", "rain.csv", "cells 0.25 % less likely, errors 0.125 % smaller; 1 % of either",
                "3.9 KB before, 1000 B as int8, 4.00 times", "100.0 KB before, 50.0 KB after, 2.00 times", "Wrote small.pallium.", "Trunk: 1,000 multiply-adds", "computed in float32, as before",
            },
            word => Assert.Contains(word, text, StringComparison.Ordinal));
        var byLMul = new Quantization(null!, Fabricated.Evaluation, Fabricated.Evaluation, Record with { Weights = "lmul4" });
        text = Fabricated.Printed(console => QuantizeVerb.WriteText(console, outcome with { Result = byLMul }, "small.pallium"));
        Assert.Contains("4.6 nJ in float32, 300 pJ in int8, 1.0 nJ in L-Mul.", text, StringComparison.Ordinal);
        Assert.Contains("linear maps are computed by L-Mul, the head's 70 in float32", text, StringComparison.Ordinal);
        text = Fabricated.Printed(console => QuantizeVerb.WriteText(console, outcome with { Tolerance = 0.002 }, "small.pallium"));
        Assert.DoesNotContain("Wrote", text, StringComparison.Ordinal);
        JsonElement json = Fabricated.Json(json => QuantizeVerb.WriteJson(json, outcome));
        Assert.True(json.GetProperty("written").GetBoolean());
        Assert.Equal(0.0025, json.GetProperty("loss").GetDouble());
        Assert.Equal(1000, json.GetProperty("weightBytes").GetProperty("after").GetDouble());
        Assert.Equal(4600, json.GetProperty("picojoules").GetProperty("float32").GetDouble(), 1e-6);
        Assert.Equal(2.25, json.GetProperty("channels").GetProperty("rain").GetProperty("logLoss").GetProperty("after").GetDouble());
    }

    [Fact]
    public void A_model_is_stored_in_fewer_bits_and_answers_inspects_and_learns_on()
    {
        _folder.Write("test.csv", LearnedModel.Csv(200, 320));
        string output = PalliumProcess.Run(
            _folder.Path, "quantize", learned.Model, "--weights", "int8", "--data", "test.csv", "--after", learned.Data, "--horizon", "3", "--tolerance", "5%", "-o", "small.pallium", "--json")
            .Succeeded().Output;
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.True(json.GetProperty("written").GetBoolean());
        Assert.Equal("test.csv", json.GetProperty("source").GetString());
        Assert.InRange(json.GetProperty("loss").GetDouble(), -0.05, 0.05);
        Assert.Equal(new FileInfo(_folder.At("small.pallium")).Length, json.GetProperty("fileBytes").GetProperty("after").GetDouble());
        Assert.Equal(new FileInfo(learned.Model).Length, json.GetProperty("fileBytes").GetProperty("before").GetDouble());
        Assert.True(3.8 * json.GetProperty("weightBytes").GetProperty("after").GetDouble() < json.GetProperty("weightBytes").GetProperty("before").GetDouble());

        PalliumProcess.Run(_folder.Path, "forecast", "small.pallium", "--after", learned.Data, "--horizon", "3").Succeeded();
        JsonElement shown = JsonDocument.Parse(PalliumProcess.Run(_folder.Path, "inspect", "small.pallium", "--json").Succeeded().Output).RootElement;
        Assert.Equal("int8", shown.GetProperty("weights").GetString());
        Assert.Equal(json.GetProperty("loss").GetDouble(), shown.GetProperty("quantization").GetProperty("loss").GetDouble());
        Assert.Contains("stored as int8", PalliumProcess.Run(_folder.Path, "inspect", "small.pallium").Succeeded().Output, StringComparison.Ordinal);
        PalliumProcess.Run(_folder.Path, "learn", "small.pallium", "test.csv", "--epochs", "1", "-o", "more.pallium").Succeeded();
        Assert.Contains("stored as int8", PalliumProcess.Run(_folder.Path, "inspect", "more.pallium").Succeeded().Output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_that_multiplies_by_addition_is_kept_learns_on_and_is_made_exact_again()
    {
        string Quantized(string file, string threads) => PalliumProcess.Run(
            _folder.Path, "quantize", learned.Model, "--weights", "lmul4", "--horizon", "3", "--tolerance", "90%", "--threads", threads, "-o", file).Succeeded().Output;
        string output = Quantized("added.pallium", "1");
        Assert.Contains("linear maps are computed by L-Mul", output, StringComparison.Ordinal);
        Assert.Contains("linear maps of the trunk multiply by L-Mul", PalliumProcess.Run(_folder.Path, "inspect", "added.pallium").Succeeded().Output, StringComparison.Ordinal);
        Quantized("threads.pallium", "2");
        Assert.Equal(File.ReadAllBytes(_folder.At("added.pallium")), File.ReadAllBytes(_folder.At("threads.pallium")));
        PalliumProcess.Run(_folder.Path, "forecast", "added.pallium", "--after", learned.Data, "--horizon", "3").Succeeded();
        PalliumProcess.Run(_folder.Path, "learn", "added.pallium", learned.Data, "--epochs", "1", "-o", "more.pallium").Succeeded();
        PalliumProcess.Run(_folder.Path, "quantize", "added.pallium", "--weights", "bf16", "--horizon", "3", "--tolerance", "90%", "-o", "exact.pallium").Succeeded();
        Assert.DoesNotContain("L-Mul", PalliumProcess.Run(_folder.Path, "inspect", "exact.pallium").Succeeded().Output, StringComparison.Ordinal);
        PalliumProcess.Run(_folder.Path, "learn", learned.Data, "-o", "o", "--precision", "double", "--weights", "lmul4").Refused("Option weights", "lmul4", "multiplies in single");
    }

    [Fact]
    public void A_loss_beyond_the_tolerance_is_told_and_nothing_is_written()
    {
        // Without data: what the model remembers. A loss of a negative share is none, so that zero may be kept by luck with one of the formats, not with both.
        PalliumProcess[] runs = [.. WeightFormat.All.Select(format => PalliumProcess.Run(
            _folder.Path, "quantize", learned.Model, "--weights", format.Name, "--tolerance", "0%", "-o", "no.pallium", "--horizon", "3"))];
        PalliumProcess refused = runs.First(run => run.ExitCode != 0);
        Assert.Equal(1, refused.ExitCode);
        string sentence = refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1];
        Assert.Matches("^pallium: the loss of quality is [0-9.]+ %, and 0 % was allowed; no.pallium was not written.$", sentence);
        Assert.Contains("nats per cell", refused.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Wrote", refused.Output, StringComparison.Ordinal);
        Assert.Equal(runs.All(run => run.ExitCode != 0) ? [] : ["no.pallium"], _folder.Files());
    }

    [Fact]
    public void A_model_is_learned_with_rounded_weights()
    {
        PalliumProcess.Run(_folder.Path, "learn", learned.Data, "-o", "q.pallium", "--stack", "liquid(8)", "--epochs", "1", "--weights", "bf16").Succeeded();
        JsonElement shown = JsonDocument.Parse(PalliumProcess.Run(_folder.Path, "inspect", "q.pallium", "--json").Succeeded().Output).RootElement;
        Assert.Equal("bf16", shown.GetProperty("weights").GetString());
        Assert.Equal(JsonValueKind.Null, shown.GetProperty("quantization").ValueKind);
        Assert.Equal(2 * shown.GetProperty("networkParameters").GetInt64(), shown.GetProperty("storedBytes").GetInt64());
        Assert.Contains("learned so rounded", PalliumProcess.Run(_folder.Path, "inspect", "q.pallium").Succeeded().Output, StringComparison.Ordinal);
        PalliumProcess.Run(_folder.Path, "learn", "q.pallium", learned.Data, "--weights", "int8").Refused("--weights", "keeps what it was learned with");
    }

    [Fact]
    public void Mistakes_are_named()
    {
        Refused(["--weights", "int7"], "Option --weights", "'int7'", "int8 or bf16 or lmul4");
        Refused([], "no option --weights", "int8|bf16|lmul4");
        PalliumProcess.Run(_folder.Path, "quantize", learned.Model, "--weights", "int8").Refused("no option -o");
        PalliumProcess.Run(_folder.Path, "quantize", learned.Model, "--weights", "int8", "-o", learned.Model).Refused("which is read as well");
        PalliumProcess.Run(_folder.Path, "quantize", learned.Data, "--weights", "int8", "-o", "o").Refused("found data, expected a model");
        Refused(["--weights", "int8", "--after", learned.Data], "Option --after", "without --data");
        Refused(["--weights", "int8", "--tolerance", "1"], "Option --tolerance", "'1'", "such as 1% or 0.01");
        PalliumProcess.Run(_folder.Path, "learn", learned.Data, "-o", "base.pallium", "--stack", "none").Succeeded();
        PalliumProcess.Run(_folder.Path, "quantize", "base.pallium", "--weights", "int8", "-o", "o").Refused("stack 'none'");
        PalliumProcess.Run(_folder.Path, "learn", learned.Data, "-o", "o", "--stack", "none", "--weights", "int8").Refused("Option weights", "stack 'none'");
        Assert.Equal(["base.pallium"], _folder.Files());

        void Refused(string[] options, params string[] words) =>
            PalliumProcess.Run(_folder.Path, ["quantize", learned.Model, "-o", "o", .. options]).Refused(words);
    }

    public void Dispose() => _folder.Dispose();
}
