namespace Pallium.Cli.Tests;

public sealed class ExpertMemoryTests(LearnedModel learned) : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Experts_stay_in_the_file_and_the_output_is_the_same()
    {
        PalliumProcess.Run(_folder.Path, "learn", learned.Data, "-o", "m.pallium", "--stack", "liquid(8)+residual(rmsnorm+moe(6x8))", "--epochs", "1").Succeeded();
        string[] forecast = ["forecast", "m.pallium", "--after", learned.Data, "--horizon", "3", "--json"];
        PalliumProcess refused = PalliumProcess.Run(_folder.Path, [.. forecast, "--expert-memory", "1KB"]);
        refused.Refused("m.pallium", "1024 bytes", "what one slice needs");
        string least = refused.Error.Split("expected at least ")[1].Split(',')[0];
        Assert.Equal(PalliumProcess.Run(_folder.Path, forecast).Succeeded().Output, PalliumProcess.Run(_folder.Path, [.. forecast, "--expert-memory", $"{least}B"]).Succeeded().Output);
        PalliumProcess.Run(_folder.Path, "evaluate", "m.pallium", learned.Data, "--horizon", "2", "--expert-memory", "1MB").Succeeded();
        PalliumProcess.Run(_folder.Path, "forecast", learned.Model, "--after", learned.Data, "--expert-memory", "1MB").Refused("has no experts");
        PalliumProcess.Run(_folder.Path, [.. forecast, "--expert-memory", "much"]).Refused("Option --expert-memory", "'much'");
    }

    public void Dispose() => _folder.Dispose();
}
