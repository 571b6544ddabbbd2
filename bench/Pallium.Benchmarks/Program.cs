using System.Globalization;
using Pallium.Benchmarks;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
Dictionary<string, Action<Session>> suites = new()
{
    ["kernels"] = KernelSuite.Run,
    ["learning"] = LearningSuite.Run,
    ["streaming"] = StreamingSuite.Run,
    ["sequence"] = SequenceSuite.Run,
    ["sampling"] = SamplingSuite.Run,
    ["history"] = HistorySuite.Run,
    ["experts"] = ExpertSuite.Run,
};

if (args.Length == 0 || !suites.TryGetValue(args[0], out Action<Session>? suite))
{
    Console.Error.WriteLine($"usage: bench/run.sh {string.Join('|', suites.Keys)} [--blocks N] [--only TEXT]");
    return 2;
}

int blocks = 30;
string? only = null;
for (int i = 1; i < args.Length; i += 2)
{
    string? value = i + 1 < args.Length ? args[i + 1] : null;
    if (args[i] == "--only" && value is not null)
    {
        only = value;
    }
    else if (args[i] != "--blocks" || !int.TryParse(value, out blocks) || blocks < 1)
    {
        Console.Error.WriteLine($"{args[i]}: expected --blocks with a positive number, or --only with a part of the names to run");
        return 2;
    }
}

// A part of a suite does not replace the results of the whole.
string results = Path.Combine("bench", "results");
Directory.CreateDirectory(results);
using TextWriter lines = only is null ? new StreamWriter(Path.Combine(results, args[0] + ".jsonl")) : TextWriter.Null;
suite(new Session(args[0], blocks, lines, only ?? ""));
return 0;
