using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class InferVerbTests(LearnedModel learned)
{
    private static readonly string Folder = Path.GetTempPath();

    [Fact]
    public void An_answer_has_intervals_or_probabilities()
    {
        string text = PalliumProcess.Run(Folder, "infer", learned.Model, "--given", "rain=3.2", "--infer", "level", "--infer", "kind").Succeeded().Output;
        Assert.All(new[] { "level [m]", "mean", "median", "90 %", "kind", "wet", "█" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void All_that_is_not_given_is_asked_for_by_default()
    {
        JsonElement json = Ask("--given", "kind=wet", "--given", "pump@+1=1");
        Assert.Equal(["level", "rain"], json.GetProperty("answers").EnumerateObject().Select(answer => answer.Name));
        Assert.Equal("wet", json.GetProperty("given").GetProperty("kind").GetString());
    }

    [Fact]
    public void The_past_may_be_known()
    {
        JsonElement json = Ask("--after", learned.Data, "--infer", "level");
        Assert.InRange(json.GetProperty("answers").GetProperty("level").GetProperty("mean").GetDouble(), 0, 6);
    }

    [Theory]
    [InlineData("wnd=1", "found 'wnd', which is no channel of the model")]
    [InlineData("kind=hail", "hail")]
    public void What_cannot_be_given_is_refused(string given, string words)
    {
        PalliumProcess.Run(Folder, "infer", learned.Model, "--given", given, "--infer", "rain").Refused(words);
    }

    [Fact]
    public void What_is_given_cannot_be_asked_for()
    {
        PalliumProcess.Run(Folder, "infer", learned.Model, "--given", "rain=1", "--infer", "rain").Refused("rain");
    }

    private JsonElement Ask(params string[] arguments) =>
        JsonDocument.Parse(PalliumProcess.Run(Folder, ["infer", learned.Model, .. arguments, "--json"]).Succeeded().Output).RootElement;
}
