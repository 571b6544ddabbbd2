using System.Text.Json;

namespace Pallium.Experiments;

/// <summary>One finished run.</summary>
internal sealed record RunResult
{
    public required string Suite { get; init; }

    public required string Stack { get; init; }

    public required string Recipe { get; init; }

    public required ulong Seed { get; init; }

    public required int Parameters { get; init; }

    public required int Epochs { get; init; }

    public required int BestEpoch { get; init; }

    public required double ValidationLoss { get; init; }

    public required double ValidationError { get; init; }

    public required double TestLoss { get; init; }

    public required double TestError { get; init; }

    public required double Seconds { get; init; }

    public IReadOnlyList<string> Divergences { get; init; } = [];
}

/// <summary>Results as JSON lines, appended as they come.</summary>
internal static class ResultFile
{
    private static readonly JsonSerializerOptions Options = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public static string PathOf(string suite) => Path.Combine(Repository.Root, "bench", "results", $"{suite}.jsonl");

    public static List<RunResult> Read(string suite) => File.Exists(PathOf(suite))
        ? [.. File.ReadLines(PathOf(suite)).Where(line => line.Length > 0).Select(line => JsonSerializer.Deserialize<RunResult>(line, Options)!)]
        : [];

    public static void Append(RunResult result)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(PathOf(result.Suite))!);
        File.AppendAllText(PathOf(result.Suite), JsonSerializer.Serialize(result, Options) + "\n");
    }
}
