using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class EvaluateVerbTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void The_best_of_a_row_is_marked()
    {
        string text = Fabricated.Printed(console => EvaluateVerb.WriteText(console, Fabricated.Evaluation));
        Assert.Contains("1.750*", text, StringComparison.Ordinal);
        Assert.Contains("1.125*", text, StringComparison.Ordinal);
        Assert.DoesNotContain("2.000*", text, StringComparison.Ordinal);
        Assert.Contains("89.5 % of 4,000 cells", text, StringComparison.Ordinal);
        Assert.Contains("seasonal (7)", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_all_scores()
    {
        JsonElement json = Fabricated.Json(json => EvaluateVerb.WriteJson(json, Fabricated.Evaluation));
        JsonElement rain = json.GetProperty("channels").GetProperty("rain");
        Assert.Equal(1.125, rain.GetProperty("model").GetProperty("crps").GetDouble());
        Assert.Equal(JsonValueKind.Null, rain.GetProperty("autoregression").GetProperty("crps").ValueKind);
        Assert.Equal(0.895, json.GetProperty("coverage").GetDouble());
    }

    [Fact]
    public void A_learned_model_is_tested_beside_its_rivals()
    {
        _folder.Write("test.csv", LearnedModel.Csv(200, 320));
        string output = PalliumProcess.Run(_folder.Path, "evaluate", learned.Model, "test.csv", "--after", learned.Data, "--horizon", "6", "--paths", "16", "--json").Succeeded().Output;
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(6, json.GetProperty("horizon").GetInt32());
        Assert.Equal(["level", "rain", "pump", "kind"], json.GetProperty("channels").EnumerateObject().Select(channel => channel.Name));
    }

    [Fact]
    public void Standard_input_is_tested_as_a_file_is()
    {
        string test = LearnedModel.Csv(200, 260);
        string[] arguments = ["evaluate", learned.Model, "-", "--after", learned.Data, "--horizon", "3", "--paths", "8", "--json"];
        string piped = PalliumProcess.RunWith(_folder.Path, test, arguments).Succeeded().Output;
        arguments[2] = _folder.Write("test.csv", test);
        Assert.Equal(PalliumProcess.Run(_folder.Path, arguments).Succeeded().Output, piped);
    }

    [Fact]
    public void Tests_without_rows_and_histories_that_overlap_are_refused()
    {
        _folder.Write("empty.csv", LearnedModel.Header + "\n");
        PalliumProcess.Run(_folder.Path, "evaluate", learned.Model, "empty.csv").Refused("empty.csv", "no slices");
        PalliumProcess.Run(_folder.Path, "evaluate", learned.Model, learned.Data, "--after", learned.Data).Refused("after", "where the test begins");
    }

    public void Dispose() => _folder.Dispose();
}
