using System.Globalization;
using Pallium.Benchmarks;

CultureInfo.DefaultThreadCurrentCulture = CultureInfo.InvariantCulture;
Dictionary<string, Action<Session>> suites = new()
{
    ["kernels"] = KernelSuite.Run,
    ["learning"] = LearningSuite.Run,
    ["streaming"] = StreamingSuite.Run,
};

if (args.Length == 0 || !suites.TryGetValue(args[0], out Action<Session>? suite))
{
    Console.Error.WriteLine($"usage: bench/run.sh {string.Join('|', suites.Keys)} [--blocks N]");
    return 2;
}

int blocks = 30;
if (args.Length > 1 && (args.Length != 3 || args[1] != "--blocks" || !int.TryParse(args[2], out blocks) || blocks < 1))
{
    Console.Error.WriteLine("--blocks takes a positive number");
    return 2;
}

string results = Path.Combine("bench", "results");
Directory.CreateDirectory(results);
using Session session = new(args[0], blocks, Path.Combine(results, args[0] + ".jsonl"));
suite(session);
return 0;
