using System.Diagnostics;
using System.Globalization;
using Pallium.Inference;

namespace Pallium.Experiments;

/// <summary>Attention layers of a learned model replaced, half of them and all: what it costs, and what streaming gains.</summary>
/// <remarks>
/// A model of ETTh1 or traffic learns from the first 80 %; the last 20 % is the test, with the first part as history. Nothing is chosen by the test. Half are the odd layers. Throughput: slices
/// a second of <see cref="Session.Advance"/>, all models taking turns over the same slices in one process, medians of blocks.
/// </remarks>
internal static class ConversionExperiment
{
    private const string File = "conversion";
    private const double TestShare = 0.2;
    private const int Blocks = 41;
    private const int MostSlicesPerBlock = 100;
    private const int UsualEpochs = 12;
    private const int UsualUpdates = 150;
    private const string Equal = "linear(64)+residual(rmsnorm+attention(64,window=512,heads=4))x4+rmsnorm";
    private const string Alternating =
        "linear(64)+residual(rmsnorm+attention(64,window=1024,heads=4))+residual(rmsnorm+attention(64,window=64,heads=4))"
        + "+residual(rmsnorm+attention(64,window=1024,heads=4))+residual(rmsnorm+attention(64,window=64,heads=4))+rmsnorm";

    private static readonly (string Name, int[]? Layers)[] Ways = [("half", [1, 3]), ("all", null)];

    public static void Run(Arguments arguments)
    {
        foreach (string set in arguments.Some("sets", "traffic", ["traffic", "etth1"]))
        {
            foreach (string by in arguments.Text("by", "gated_delta(heads=4);mamba").Split(';'))
            {
                string experiment = string.Create(CultureInfo.InvariantCulture, $"{set}/{by}");
                WorldResult.RunMissing(experiment, arguments, $"{Equal};{Alternating}", (stack, seed, threads) => Figures(set, by, stack, seed, threads, arguments), File);
            }
        }

        Write();
    }

    private static Dictionary<string, double> Figures(string set, string by, string stack, ulong seed, int threads, Arguments arguments)
    {
        Frame whole = set == "traffic" ? WorldExperiments.ReadTraffic() : Frame.ReadCsv(DataFolder.PathOf("etth1/ETTh1.csv.gz"));
        (Frame training, Frame test) = whole.Split(TestShare);
        WorldModel teacher = WorldExperiments.Learn(training, stack, seed, threads, arguments.Count("epochs", UsualEpochs));
        Log("learned");
        var options = new ConversionOptions
        {
            Seed = seed,
            Threads = threads,
            Updates = arguments.Count("updates", UsualUpdates),
            Test = test,
            Evaluation = new EvaluateOptions { After = training, Horizon = 12, Paths = 32, Stride = test.RowCount / 50, Threads = threads },
        };
        var figures = new Dictionary<string, double>();
        var models = new List<(string Name, WorldModel Model)> { ("before", teacher) };
        foreach ((string name, int[]? layers) in Ways)
        {
            var clock = Stopwatch.StartNew();
            Conversion result = teacher.Convert($"attention={by}", training, options with { Layers = layers });
            Log($"{name}: {result.Model.Summary.Stack}");
            figures[$"{name} likelihood loss"] = result.Loss.LikelihoodLoss;
            figures[$"{name} error increase"] = result.Loss.ErrorIncrease;
            figures["before nats"] = result.Loss.LogLossBefore;
            figures[$"{name} nats"] = result.Loss.LogLossAfter;
            figures["before validation"] = result.TeacherLoss;
            figures[$"{name} validation"] = result.Steps[^1].Loss;
            figures[$"{name} seconds"] = clock.Elapsed.TotalSeconds;
            foreach (ConversionStep step in result.Steps)
            {
                figures[$"{name} layer {step.Layer} error"] = step.Error;
                figures[$"{name} layer {step.Layer} exchanged"] = step.ExchangedLoss;
                figures[$"{name} layer {step.Layer} loss"] = step.Loss;
            }

            models.Add((name, result.Model));
        }

        foreach ((string name, (double slices, double trunk)) in Rates(models, test))
        {
            figures[$"{name} slices/s"] = slices;
            figures[$"{name} trunk us"] = trunk;
        }

        return figures;
    }

    /// <summary>Slices a second that each model takes in, and microseconds of its trunk alone.</summary>
    private static IEnumerable<(string Name, (double Slices, double Trunk) Rates)> Rates(List<(string Name, WorldModel Model)> models, Frame test)
    {
        Slice[] slices = [.. test.Slices()];
        Session[] sessions = [.. models.Select(item => item.Model.Begin())];
        Action[] trunks = [.. models.Select(item => TrunkOf(item.Model))];
        var seconds = new double[models.Count, 2, Blocks];
        int next = 0;

        // The first slices fill the rings and warm everything up.
        const int Filling = 1500;
        int perBlock = Math.Min(MostSlicesPerBlock, (slices.Length - Filling) / Blocks);
        for (; next < Filling; next++)
        {
            for (int m = 0; m < models.Count; m++)
            {
                sessions[m].Advance(slices[next]);
                trunks[m]();
            }
        }

        for (int block = 0; block < Blocks; block++, next += perBlock)
        {
            for (int m = 0; m < models.Count; m++)
            {
                long from = Stopwatch.GetTimestamp();
                for (int i = 0; i < perBlock; i++)
                {
                    sessions[m].Advance(slices[next + i]);
                }

                seconds[m, 0, block] = Stopwatch.GetElapsedTime(from).TotalSeconds / perBlock;
                from = Stopwatch.GetTimestamp();
                for (int i = 0; i < perBlock; i++)
                {
                    trunks[m]();
                }

                seconds[m, 1, block] = Stopwatch.GetElapsedTime(from).TotalSeconds / perBlock;
            }
        }

        for (int m = 0; m < models.Count; m++)
        {
            double Median(int what) => Enumerable.Range(0, Blocks).Select(block => seconds[m, what, block]).Order().ElementAt(Blocks / 2);
            yield return (models[m].Name, (1 / Median(0), 1e6 * Median(1)));
        }
    }

    /// <summary>A step of a model's trunk over its own state.</summary>
    private static Action TrunkOf(WorldModel model)
    {
        var trunk = ((LearnedNetwork<float>)model.Learned!).Typed.Trunk;
        var inputs = new float[trunk.Inputs];
        Array.Fill(inputs, 0.3f);
        var states = new float[trunk.StateSize];
        var outputs = new float[trunk.Outputs];
        var scratch = new float[trunk.StepScratch(1)];
        float[] elapsed = [1];
        return () => trunk.Step(inputs, elapsed, states, outputs, scratch);
    }

    private static void Log(string text) => Console.Error.WriteLine($"  {DateTime.Now:HH:mm:ss} {text}");

    private static void Write()
    {
        Console.WriteLine("\n| data, new layer | stack | seed | replaced | nats per cell | cells less likely | errors larger | slices/s | times | trunk, us | times |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (WorldResult run in WorldResult.Read(File))
        {
            IReadOnlyDictionary<string, double> figures = run.Figures;
            foreach (string name in Ways.Select(way => way.Name).Prepend("before"))
            {
                string Loss(string what) => figures.TryGetValue($"{name} {what}", out double share) ? share.ToString("P2", CultureInfo.InvariantCulture) : "";
                double slices = figures[$"{name} slices/s"];
                double trunk = figures[$"{name} trunk us"];
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {run.Experiment} | `{run.Stack}` | {run.Seed} | {(name == "before" ? "none" : name)} | {figures[$"{name} nats"]:F4} | {Loss("likelihood loss")} | {Loss("error increase")} | {slices:N0} | {slices / figures["before slices/s"]:F2} | {trunk:F1} | {figures["before trunk us"] / trunk:F2} |"));
            }
        }
    }
}
