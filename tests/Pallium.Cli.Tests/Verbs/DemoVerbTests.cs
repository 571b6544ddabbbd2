namespace Pallium.Cli.Tests;

public sealed class DemoVerbTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void The_sample_lies_beside_the_command() =>
        Assert.True(File.Exists(Path.Combine(AppContext.BaseDirectory, "samples", "seattle-weather.csv")));

    [Fact]
    public void The_demo_asks_four_questions()
    {
        Assert.SkipUnless(LongForm.IsWanted, "takes a minute; PALLIUM_LONG=1 runs it");
        string text = PalliumProcess.Run(_folder.Path, "demo").Succeeded().Output;
        Assert.All(new[] { "1. What will", "2. What stood", "3. What goes", "4. Which days", "Next" }, word => Assert.Contains(word, text, StringComparison.Ordinal));
        Assert.Equal(["demo.pallium", "demo.svg"], _folder.Files());
    }

    public void Dispose() => _folder.Dispose();
}
