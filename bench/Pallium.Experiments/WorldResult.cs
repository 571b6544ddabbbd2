using System.Text.Json;

namespace Pallium.Experiments;

/// <summary>What a world model reached on a data set, or a layer on a synthetic task.</summary>
/// <param name="Experiment">Which.</param>
/// <param name="Stack">The network's stack; <c>none</c> is the base alone. Of a synthetic task, the layer between the blocks' other parts.</param>
/// <param name="Seed">Of learning.</param>
/// <param name="Figures">Named figures.</param>
/// <param name="Seconds">Learning and test.</param>
internal sealed record WorldResult(string Experiment, string Stack, ulong Seed, IReadOnlyDictionary<string, double> Figures, double Seconds)
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    private static string PathOf(string file) => Path.Combine(Repository.Root, "bench", "results", file + ".jsonl");

    public static List<WorldResult> Read(string file = "world") => File.Exists(PathOf(file))
        ? [.. File.ReadLines(PathOf(file)).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<WorldResult>(line, Options)!)]
        : [];

    /// <summary>Runs and appends what has no result yet.</summary>
    public static void RunMissing(
        string experiment, Arguments arguments, string stacks, Func<string, ulong, int, Dictionary<string, double>> run, string file = "world")
    {
        int threads = arguments.Count("threads", 1);
        for (ulong seed = 1; seed <= (ulong)arguments.Count("seeds", 1); seed++)
        {
            foreach (string stack in arguments.Text("stacks", stacks).Split(';'))
            {
                if (Read(file).Exists(done => (done.Experiment, done.Stack, done.Seed) == (experiment, stack, seed)))
                {
                    continue;
                }

                var clock = System.Diagnostics.Stopwatch.StartNew();
                Dictionary<string, double> figures = run(stack, seed, threads);
                new WorldResult(experiment, stack, seed, figures, clock.Elapsed.TotalSeconds).Append(file);
            }
        }
    }

    /// <summary>Writes it to the end of the file at once, and to the console.</summary>
    public void Append(string file)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(file))!);
        string line = JsonSerializer.Serialize(this, Options);
        File.AppendAllText(PathOf(file), line + "\n");
        Console.WriteLine(line);
    }
}
