using System.Globalization;
using Pallium.Inference;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Five regimes in a row: what learning on does to the first, with experts added for each new regime and without.</summary>
/// <remarks>A regime is a driven oscillator with a nonlinear reading; its coefficients, its reading and the drive's period change from regime to regime.</remarks>
internal static class RegimeExperiment
{
    private const string File = "regimes";
    private const string Stack = "liquid(16)+residual(rmsnorm+moe(4x32))";
    public const int Regimes = 5;
    public const int Slices = 3000;
    public const int TestSlices = 1000;

    private static readonly Channel[] Channels = [.. new[] { "x", "z", "u" }.Select(name => new Channel(name, ChannelKind.Real) { Resolution = 0.001 })];

    private static readonly (double First, double Second)[] Laws = [(1.6, -0.8), (0.2, -0.7), (-1.1, -0.5), (0.9, 0.05), (-0.3, 0.5)];

    public static void Run(Arguments arguments)
    {
        int seeds = arguments.Count("seeds", 3);
        int epochs = arguments.Count("epochs", 80);
        foreach (string way in arguments.Text("ways", "grow;learn on").Split(';'))
        {
            string experiment = string.Create(CultureInfo.InvariantCulture, $"{way}/{Slices}/{epochs}");
            WorldResult.RunMissing(
                experiment, arguments, Stack, (stack, seed, threads) => Figures(way == "grow" ? 1 : 0, new LearnOptions { Stack = stack, Seed = seed, Threads = threads, Epochs = epochs }), File);
        }

        Write(seeds);
    }

    /// <summary>Loss on fresh data of every regime met so far, after each.</summary>
    private static Dictionary<string, double> Figures(int grow, LearnOptions options)
    {
        var rng = new Rng(options.Seed);
        Frame[] tests = [.. Enumerable.Range(0, Regimes).Select(regime => Draw(regime, TestSlices, rng.For("test").For(regime)))];
        var figures = new Dictionary<string, double>();
        WorldModel? model = null;
        double frozen = 0;
        for (int regime = 0; regime < Regimes; regime++)
        {
            Frame frame = Draw(regime, Slices, rng.For("learning").For(regime));
            if (model is null)
            {
                model = WorldModel.Learn(frame, options);
            }
            else
            {
                figures[Name("before", regime, regime)] = LossOf(model, tests[regime]);
                WorldModel next = model.LearnMore(frame, options with { GrowExperts = grow }).Model;
                frozen += CountChanged(model, next);
                model = next;
            }

            for (int met = 0; met <= regime; met++)
            {
                figures[Name("after", regime, met)] = LossOf(model, tests[met]);
            }
        }

        figures["changed weights"] = frozen;
        return figures;
    }

    private static string Name(string when, int regime, int test) => string.Create(CultureInfo.InvariantCulture, $"{when} {regime + 1} on {test + 1}");

    /// <summary>Nats per cell.</summary>
    public static double LossOf(WorldModel model, Frame test) => model.Surprise(test).Average(surprise => surprise.Total) / Channels.Length;

    /// <summary>Weights of the network that differ in any bit from those of the same name before.</summary>
    private static double CountChanged(WorldModel before, WorldModel after)
    {
        SafetensorsFile old = FileOf(before);
        SafetensorsFile now = FileOf(after);
        return old.Tensors.Where(tensor => tensor.Name.StartsWith("network.", StringComparison.Ordinal)).Sum(tensor =>
            tensor.Values<float>().ToArray().Zip(now[tensor.Name].Values<float>().ToArray())
                .Count(pair => BitConverter.SingleToInt32Bits(pair.First) != BitConverter.SingleToInt32Bits(pair.Second)));
    }

    private static SafetensorsFile FileOf(WorldModel model)
    {
        using var stream = new MemoryStream();
        model.Save(stream);
        return SafetensorsFile.Parse(stream.ToArray());
    }

    /// <summary>Slices of one regime.</summary>
    public static Frame Draw(int regime, int slices, Rng rng)
    {
        (double first, double second) = Laws[regime];
        var values = new double[slices * Channels.Length];
        double last = 0;
        double before = 0;
        for (int t = 0; t < slices; t++)
        {
            double drive = Math.Sin(t / (5.0 + (3 * regime))) + (0.1 * rng.Normal());
            double x = (first * last) + (second * before) + ((regime % 2 == 0 ? 0.5 : -0.5) * Math.Tanh(3 * drive)) + (0.15 * rng.Normal());
            double reading = regime switch { 0 or 3 => Math.Abs(x), 1 => 0.3 * x * x, 2 => -x, _ => Math.Sin(2 * x) };
            (before, last) = (last, x);
            (values[3 * t], values[(3 * t) + 1], values[(3 * t) + 2]) = (Channels[0].Round(x), Channels[1].Round(reading + (0.1 * rng.Normal())), Channels[2].Round(drive));
        }

        return Frame.FromArrays(Channels, values);
    }

    private static void Write(int seeds)
    {
        Console.WriteLine("\n| way | seeds | first regime: after 1 | after 5 | worse by | each later regime: before | after | weights changed |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (IGrouping<string, WorldResult> way in WorldResult.Read(File).Where(result => result.Seed <= (ulong)seeds).GroupBy(result => result.Experiment))
        {
            double Mean(Func<IReadOnlyDictionary<string, double>, double> of) => way.Average(run => of(run.Figures));
            double first = Mean(run => run[Name("after", 0, 0)]);
            double last = Mean(run => run[Name("after", Regimes - 1, 0)]);
            double Later(string when) => Mean(run => Enumerable.Range(1, Regimes - 1).Average(regime => run[Name(when, regime, regime)]));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"| {way.Key} | {way.Count()} | {first:F3} | {last:F3} | {last - first:F3} nats, {(last - first) / first:P1} | {Later("before"):F3} | {Later("after"):F3} | {Mean(run => run["changed weights"]):N0} |"));
        }
    }
}
