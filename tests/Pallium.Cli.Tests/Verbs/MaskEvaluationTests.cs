using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class MaskEvaluationTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Clamp_sets_are_tested_beside_baselines_fitted_to_the_training_data()
    {
        _folder.Write("test.csv", LearnedModel.Csv(200, 320));
        string[] arguments = ["evaluate", learned.Model, "test.csv", "--after", learned.Data, "--masks", "40", "--train", learned.Data, "--slices", "25"];
        JsonElement json = JsonDocument.Parse(PalliumProcess.Run(_folder.Path, [.. arguments, "--json"]).Succeeded().Output).RootElement;
        Assert.Equal(40, json.GetProperty("draws").GetInt32());
        Assert.Equal(40, json.GetProperty("sets").EnumerateArray().Sum(set => set.GetProperty("times").GetInt32()));
        string text = PalliumProcess.Run(_folder.Path, arguments).Succeeded().Output;
        Assert.Contains("of 40 clamp sets", text, StringComparison.Ordinal);
        Assert.Contains("asked about 25 slices", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_training_data_baselines_are_fitted_to_the_history_or_half_of_the_test()
    {
        _folder.Write("test.csv", LearnedModel.Csv(200, 320));
        string[] arguments = ["evaluate", learned.Model, "test.csv", "--masks", "10", "--slices", "20"];
        Assert.Contains("first half of test.csv", PalliumProcess.Run(_folder.Path, arguments).Succeeded().Output, StringComparison.Ordinal);
        string after = PalliumProcess.Run(_folder.Path, [.. arguments, "--after", learned.Data, "--json"]).Succeeded().Output;
        Assert.Equal(after, PalliumProcess.Run(_folder.Path, [.. arguments, "--after", learned.Data, "--train", learned.Data, "--json"]).Succeeded().Output);
        PalliumProcess.Run(_folder.Path, "evaluate", learned.Model, "test.csv", "--train", learned.Data).Refused("--masks");
    }

    [Theory]
    [InlineData("--horizon", "3")]
    [InlineData("--stride", "3")]
    [InlineData("--paths", "8")]
    public void Options_that_they_have_no_use_for_are_refused(string option, string value) => PalliumProcess.Run(
        _folder.Path, "evaluate", learned.Model, "test.csv", "--masks", "10", "--train", learned.Data, option, value).Refused($"Option {option}: found it beside --masks");

    public void Dispose() => _folder.Dispose();
}
