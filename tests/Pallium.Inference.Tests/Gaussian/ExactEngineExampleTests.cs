namespace Pallium.Inference.Tests;

[Collection(ReadmeExampleTests.CurrentDirectory)]
public sealed class ExactEngineExampleTests
{
    [Fact]
    public void The_example_of_the_page_runs_as_it_stands()
    {
        string folder = Directory.GetCurrentDirectory();
        try
        {
            Directory.SetCurrentDirectory(Repository.Root);
            Example();
        }
        finally
        {
            Directory.SetCurrentDirectory(folder);
        }
    }

    [Fact]
    public void The_page_shows_what_is_run_here()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, "docs", "exact-engine.md"));
        string source = File.ReadAllText(Path.Combine(Repository.Root, "tests", "Pallium.Inference.Tests", "Gaussian", "ExactEngineExampleTests.cs"));
        int start = page.IndexOf("```csharp", StringComparison.Ordinal) + "```csharp".Length;
        string[] lines = page[start..page.IndexOf("```", start, StringComparison.Ordinal)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, lines.Length);
        Assert.All(lines, line => Assert.Contains(line.Trim(), source, StringComparison.Ordinal));
    }

    private static void Example()
    {
        Frame frame = Frame.ReadCsv("samples/seattle-weather.csv", new FrameOptions { Ignore = ["weather"] });
        GaussianModel model = GaussianModel.Fit(frame, new GaussianOptions { StateSize = 3, MostPasses = 60 });
        GaussianHistory seen = model.After(frame);
        CellAddress warmest = new(frame.Schema.IndexOf("temp_max"), 3), wind = new(frame.Schema.IndexOf("wind"), 1);
        Clamp week = Clamp.Equal(warmest with { Offset = 7 }, 15);                                 // 15 °C in a week
        Clamp calm = Clamp.Linear([new(wind, 0.5), new(wind with { Offset = 2 }, 0.5)], 2, 2);     // two days of wind, 2 m/s on average
        GaussianAnswer answer = seen.Answer(new Question { Clamps = [week, calm], Asked = [warmest, wind] });
        Console.WriteLine($"{answer.Cells[0].Mean:F1} ± {answer.Cells[0].StandardDeviation:F1} °C in three days, log evidence {answer.LogEvidence:F2}");
        Console.WriteLine($"wind {answer.Cells[1].Interval(0.9)} m/s, correlation {answer.Correlation(0, 1):F2}");
        GaussianAnswer was = seen.Answer(new Question { Asked = [warmest with { Offset = -40 }] }); // what it was, had it not been seen
        Assert.InRange(answer.Cells[0].Mean, 0, 20);
        Assert.InRange(answer.Cells[0].StandardDeviation, 1, 5);
        Assert.Equal(frame.Series[0].Row(frame.RowCount - 41)[warmest.Channel], was.Cells[0].Mean, 4 * was.Cells[0].StandardDeviation);
    }
}
