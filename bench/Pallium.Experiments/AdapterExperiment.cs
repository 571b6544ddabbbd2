using System.Globalization;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>From a model of one regime to each of the others: adapters on frozen weights beside learning on with all weights.</summary>
/// <remarks>The regimes are those of <see cref="RegimeExperiment"/>; every way starts from the same model of the first.</remarks>
internal static class AdapterExperiment
{
    private const string File = "adapters";
    private const string All = "all";
    private const string Prefix = "adapters ";

    public static void Run(Arguments arguments)
    {
        int epochs = arguments.Count("epochs", 40);
        string[] ways = arguments.Text("ways", "adapters 1;adapters 4;all").Split(';');
        var first = new Dictionary<(string Stack, ulong Seed), WorldModel>();
        foreach (string way in ways)
        {
            int adapters = AdaptersOf(way);
            string experiment = string.Create(CultureInfo.InvariantCulture, $"{way}/{RegimeExperiment.Slices}/{epochs}");
            WorldResult.RunMissing(
                experiment, arguments, "liquid(64)",
                (stack, seed, threads) =>
                {
                    var options = new LearnOptions { Stack = stack, Seed = seed, Threads = threads, Epochs = epochs };
                    if (!first.TryGetValue((stack, seed), out WorldModel? model))
                    {
                        model = WorldModel.Learn(RegimeExperiment.Draw(0, RegimeExperiment.Slices, new Rng(seed).For("learning").For(0)), options);
                        first[(stack, seed)] = model;
                    }

                    return Figures(model, options with { Adapters = adapters });
                },
                File);
        }

        Write();
    }

    private static int AdaptersOf(string way) =>
        way == All ? 0
        : way.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(way[Prefix.Length..], NumberStyles.None, CultureInfo.InvariantCulture, out int count) && count > 0 ? count
        : throw new ExperimentException($"Option --ways: found '{way}', expected some of '{Prefix}N' and '{All}'.");

    private static Dictionary<string, double> Figures(WorldModel model, LearnOptions options)
    {
        var rng = new Rng(options.Seed);
        Frame Test(int regime) => RegimeExperiment.Draw(regime, RegimeExperiment.TestSlices, rng.For("test").For(regime));
        var figures = new Dictionary<string, double> { ["old before"] = RegimeExperiment.LossOf(model, Test(0)) };
        for (int regime = 1; regime < RegimeExperiment.Regimes; regime++)
        {
            Continuation next = model.LearnMore(RegimeExperiment.Draw(regime, RegimeExperiment.Slices, rng.For("learning").For(regime)), options);
            figures[Name("new before", regime)] = RegimeExperiment.LossOf(model, Test(regime));
            figures[Name("new after", regime)] = RegimeExperiment.LossOf(next.Model, Test(regime));
            figures[Name("old after", regime)] = RegimeExperiment.LossOf(next.Model, Test(0));
            figures["learned"] = next.LearnedWeights;
            figures["weights"] = next.Weights;
        }

        return figures;
    }

    private static string Name(string what, int regime) => string.Create(CultureInfo.InvariantCulture, $"{what} {regime + 1}");

    private static void Write()
    {
        Console.WriteLine("\n| stack | way | seeds | weights learned | share | new regime: before | after | first regime: before | after |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (IGrouping<(string, string), WorldResult> way in WorldResult.Read(File).GroupBy(result => (result.Stack, result.Experiment)))
        {
            double Mean(Func<IReadOnlyDictionary<string, double>, double> of) => way.Average(run => of(run.Figures));
            double Each(string what) => Mean(run => Enumerable.Range(1, RegimeExperiment.Regimes - 1).Average(regime => run[Name(what, regime)]));
            double learned = Mean(run => run["learned"]);
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| `{way.Key.Item1}` | {way.Key.Item2} | {way.Count()} | {learned:N0} | {learned / Mean(run => run["weights"]):P2} | {Each("new before"):F3} | {Each("new after"):F3} | {Mean(run => run["old before"]):F3} | {Each("old after"):F3} |"));
        }
    }
}
