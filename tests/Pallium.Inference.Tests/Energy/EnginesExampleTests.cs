namespace Pallium.Inference.Tests;

public sealed class EnginesExampleTests
{
    [Fact]
    public void The_example_of_the_page_runs_as_it_stands()
    {
        (Interval byMixture, Interval byGraph, double odd, double ordinary, Interval next) = Example(Path.Combine(Repository.Root, "samples", "seattle-weather.csv"));
        TestContext.Current.TestOutputHelper!.WriteLine($"{byMixture} {byGraph} {odd:F1} {ordinary:F1} {next}");
        Assert.All([byMixture, byGraph], warmest => Assert.True(warmest.Low > 7 && warmest.High < 25 && warmest.Contains(15)));
        Assert.True(odd > ordinary + 15);
        Assert.InRange(next.High, 4, 9);
    }

    [Fact]
    public void The_page_shows_what_is_run_here()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "engines.md"));
        string source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Pallium.Inference.Tests", "Energy", "EnginesExampleTests.cs"));
        int start = page.IndexOf("```csharp", StringComparison.Ordinal) + "```csharp".Length;
        string[] lines = page[start..page.IndexOf("```", start, StringComparison.Ordinal)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, lines.Length);
        Assert.All(lines, line => Assert.Contains(line.Trim(), source, StringComparison.Ordinal));
    }

    private static (Interval, Interval, double, double, Interval) Example(string path)
    {
        Frame days = Frame.ReadCsv(path, new FrameOptions { Ignore = ["weather"] });           // samples/seattle-weather.csv
        MixtureModel mixture = MixtureModel.Learn(days, new MixtureOptions { Components = 6 });
        PredictiveCodingGraph graph = PredictiveCodingGraph.Learn(days, new PredictiveCodingOptions { Latents = [6, 2], Passes = 10 });
        CellAddress rain = new(0, 1), warmest = new(1, 1), coldest = new(2, 1);                // a table's cells are at offset 1
        var question = new Question { Clamps = [Clamp.Equal(coldest, 10), Clamp.Between(rain, 5, 20)], Asked = [warmest] };
        Interval byMixture = mixture.Answer(question).Cells[0].Interval(0.9);
        Interval byGraph = graph.Answer(question).Cells[0].Interval(0.9);
        double odd = mixture.Energy([0, 30, -3, 2]), ordinary = mixture.Energy([0, 15, 8, 3]); // -log p: 30 °C after frost is odd
        VolatilityFilter wind = VolatilityFilter.Fit(Frame.FromArrays([days.Channels[3]], days.Column(3)));
        Interval next = wind.Next().Interval(0.9);
        return (byMixture, byGraph, odd, ordinary, next);
    }
}
