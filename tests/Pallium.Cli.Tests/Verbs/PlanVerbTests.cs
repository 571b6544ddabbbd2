using System.Text.Json;

namespace Pallium.Cli.Tests;

public sealed class PlanVerbTests(LearnedModel learned)
{
    private static readonly string Folder = Path.GetTempPath();

    [Fact]
    public void A_plan_is_a_table_of_actions_and_what_comes_of_them()
    {
        string text = Plan("--cost", "(level-2)^2 + 0.1*pump", "--act", "pump", "--horizon", "4", "--effort", "256").Succeeded().Output;
        Assert.All(
            new[] { "pump", "level [m]", "2020-01-09 08:00:00", "2020-01-09 11:00:00", "Expected cost", "doing as usual", "difference", "(level-2)^2 + 0.1*pump" },
            word => Assert.Contains(word, text, StringComparison.Ordinal));
    }

    [Fact]
    public void Json_has_actions_costs_and_channels_and_the_same_seed_gives_the_same_plan_with_any_threads()
    {
        string[] asked = ["--cost", "-rain - 10*(kind=wet)", "--act", "rain", "--act", "kind", "--range", "rain=0..2", "--horizon", "3", "--effort", "512", "--seed", "4", "--json"];
        string output = Plan([.. asked, "--threads", "1"]).Succeeded().Output;
        Assert.Equal(output, Plan([.. asked, "--threads", "2"]).Output);
        JsonElement json = JsonDocument.Parse(output).RootElement;
        Assert.Equal(-36, json.GetProperty("cost").GetDouble(), 1e-6);
        Assert.True(json.GetProperty("usualCost").GetDouble() > -36);
        Assert.Equal(json.GetProperty("cost").GetDouble() - json.GetProperty("usualCost").GetDouble(), json.GetProperty("difference").GetDouble(), 1e-9);
        Assert.Equal(json.GetProperty("usualError").GetDouble(), json.GetProperty("differenceError").GetDouble(), 1e-9);
        Assert.True(json.GetProperty("better").GetBoolean());
        JsonElement[] slices = [.. json.GetProperty("slices").EnumerateArray()];
        Assert.Equal(3, slices.Length);
        Assert.All(slices, slice =>
        {
            Assert.Equal(2, slice.GetProperty("actions").GetProperty("rain").GetDouble(), 1e-9);
            Assert.Equal("wet", slice.GetProperty("actions").GetProperty("kind").GetString());
            Assert.Equal(-12, slice.GetProperty("cost").GetDouble(), 1e-6);
            Assert.Equal(["level", "pump"], slice.GetProperty("channels").EnumerateObject().Select(channel => channel.Name));
        });
    }

    [Fact]
    public void A_plan_that_is_no_better_than_doing_as_usual_says_so_beside_the_json()
    {
        PalliumProcess run = Plan("--cost", "rain", "--act", "rain", "--range", "rain=50..60", "--horizon", "2", "--effort", "64", "--json").Succeeded();
        Assert.Contains("warning: The plan is not better than doing as usual", run.Error, StringComparison.Ordinal);
        Assert.False(JsonDocument.Parse(run.Output).RootElement.GetProperty("better").GetBoolean());
    }

    [Theory]
    [InlineData("level", "pmp", "pump=0..1", "--act", "pump")]
    [InlineData("level", "", "rain=0..1", "act", "no channel")]
    [InlineData("levl", "pump", "pump=0..1", "--cost", "levl")]
    [InlineData("level@-2", "pump", "", "level@-2", "one before")]
    [InlineData("level", "rain", "rain=0-1", "--range", "heating=0..1")]
    [InlineData("level", "rain", "rain=2..1", "range", "lower one first")]
    [InlineData("level", "pump", "rain=0..1", "range", "acted on")]
    public void What_cannot_be_planned_is_refused(string cost, string act, string range, params string[] words) =>
        Plan(["--cost", cost, .. act.Length > 0 ? ["--act", act] : Array.Empty<string>(), .. range.Length > 0 ? ["--range", range] : Array.Empty<string>()]).Refused(words);

    private PalliumProcess Plan(params string[] arguments) => PalliumProcess.Run(Folder, ["plan", learned.Model, "--after", learned.Data, .. arguments]);
}
