namespace Pallium.Inference.Tests;

[Collection(CurrentDirectory)]
public sealed class ReadmeExampleTests
{
    /// <summary>Tests that move the process to another folder, and so run one after another.</summary>
    public const string CurrentDirectory = "current directory";

    [Fact]
    public void The_example_of_the_readme_runs_as_it_stands()
    {
        string root = Repository.Root;
        string before = Directory.GetCurrentDirectory();
        string folder = Directory.CreateTempSubdirectory("pallium").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "samples"));
        File.Copy(Path.Combine(root, "samples", "seattle-weather.csv"), Path.Combine(folder, "samples", "seattle-weather.csv"));
        try
        {
            Directory.SetCurrentDirectory(folder);
            Example();
            Assert.True(File.Exists(Path.Combine(folder, "weather.pallium")));
        }
        finally
        {
            Directory.SetCurrentDirectory(before);
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public void The_readme_shows_what_is_run_here()
    {
        string root = Repository.Root;
        string readme = File.ReadAllText(Path.Combine(root, "README.md"));
        string source = File.ReadAllText(Path.Combine(root, "tests", "Pallium.Inference.Tests", "ReadmeExampleTests.cs"));
        int start = readme.IndexOf("```csharp", StringComparison.Ordinal) + "```csharp".Length;
        string[] lines = readme[start..readme.IndexOf("```", start, StringComparison.Ordinal)].Split('\n', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(10, lines.Length);
        Assert.All(lines, line => Assert.Contains(line.Trim(), source, StringComparison.Ordinal));
    }

    private static void Example()
    {
        Frame frame = Frame.ReadCsv("samples/seattle-weather.csv");
        WorldModel model = WorldModel.Learn(frame, new LearnOptions { Stack = "liquid(32)", Epochs = 20, Seed = 7 });
        Posterior weather = model.Given("precipitation", 12).Given("wind", 6).Infer("weather");
        Console.WriteLine(string.Join(", ", weather.Outcomes));
        Session session = model.After(frame);                       // a stream that has seen the file: fork it, save it, go on
        Forecast forecast = session.Forecast(horizon: 14);
        Console.WriteLine($"tomorrow up to {forecast[1, 1].Mean:F1} °C, 90 % in {forecast[1, 1].Interval(0.9)}");
        Surprise surprise = session.Observe(new Slice(session.NextTime, [12, 9.5, 4, 6, double.NaN]));
        Console.WriteLine($"{surprise.Total:F1} nats; so much or more in {surprise.TailProbability:P1} of all days");
        model.Save("weather.pallium");
    }
}
