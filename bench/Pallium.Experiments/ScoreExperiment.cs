using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>The score of stacks before learning beside what they reached by it: Spearman's rank correlation over the families of equal parameters, set by set.</summary>
/// <remarks>Losses are those of <c>families</c>, read from its files. The score is once of windows of normal numbers, and once of windows of the set's training part.</remarks>
internal static class ScoreExperiment
{
    private const string File = "scores";
    private const int Batches = 4;

    public static void Run(Arguments arguments)
    {
        string[] sets = arguments.Text("sets", "occupancy;traffic;gesture;power;walker2d").Split(';');
        ulong seeds = (ulong)arguments.Count("seeds", 3);
        int units = arguments.Count("units", 32);
        foreach (string set in sets)
        {
            Suite? data = null;
            foreach (string stack in StacksOf(set, () => data ??= Suite.Load(set, Recipe.Paper, 0), units))
            {
                for (ulong seed = 1; seed <= seeds; seed++)
                {
                    if (!WorldResult.Read(File).Exists(done => (done.Experiment, done.Stack, done.Seed) == (set, stack, seed)))
                    {
                        var clock = System.Diagnostics.Stopwatch.StartNew();
                        data ??= Suite.Load(set, Recipe.Paper, 0);
                        new WorldResult(set, stack, seed, Figures(data.Training, stack, new Rng(seed)), clock.Elapsed.TotalSeconds).Append(File);
                    }
                }
            }
        }

        Write(sets, seeds);
    }

    /// <summary>The stacks that learned the set.</summary>
    private static IEnumerable<string> StacksOf(string set, Func<Suite> load, int units)
    {
        int inputs = load().Training.InputWidth;
        long parameters = StackText.Parse($"lstm({units})").Build<float>(inputs).Parameters.Sum(item => (long)item.Parameter.Length);
        string[] sized = [.. FamilyStacks.All.Select(family => FamilyStacks.Sized(family.Template, inputs, parameters))];
        return sized.Where(stack => ResultFile.Read($"families-{set}").Exists(done => done.Stack == stack));
    }

    private static Dictionary<string, double> Figures(SequenceWindows<float> training, string text, Rng rng)
    {
        StackSpec stack = StackText.Parse(text);
        ISequenceLayer<double> layer = stack.Build<double>(training.InputWidth);
        layer.Initialize(rng.For("weights"));
        layer.Refresh();
        var order = new int[training.Count];
        rng.For("windows").Permutation(order);
        int width = training.InputWidth;
        double sum = 0;
        for (int batch = 0; batch < Batches; batch++)
        {
            var x = new double[training.Steps * HiddenCovariance.Windows * width];
            for (int row = 0; row < HiddenCovariance.Windows; row++)
            {
                int window = order[(batch * HiddenCovariance.Windows) + row];
                for (int step = 0; step < training.Steps; step++)
                {
                    for (int i = 0; i < width; i++)
                    {
                        x[(((step * HiddenCovariance.Windows) + row) * width) + i] = training.Inputs[(((window * training.Steps) + step) * width) + i];
                    }
                }
            }

            sum += HiddenCovariance.Score(layer, x, HiddenCovariance.Windows);
        }

        return new() { ["normal"] = HiddenCovariance.Score(stack, width, rng), ["data"] = sum / Batches };
    }

    private static void Write(string[] sets, ulong seeds)
    {
        Console.WriteLine("\n| set | stacks | rank correlation with the test error: windows of normal numbers | windows of the set |");
        Console.WriteLine("| --- | --- | --- | --- |");
        foreach (string set in sets)
        {
            List<RunResult> learned = ResultFile.Read($"families-{set}");
            var stacks = WorldResult.Read(File).Where(run => run.Experiment == set && run.Seed <= seeds).GroupBy(run => run.Stack).ToList();
            double[] errors = [.. stacks.Select(stack => learned.Where(done => done.Stack == stack.Key).Average(done => done.TestError))];
            double Correlation(string figure) => Spearman([.. stacks.Select(stack => stack.Average(run => run.Figures[figure]))], errors);
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {set} | {stacks.Count} | {Correlation("normal"):F2} | {Correlation("data"):F2} |"));
        }
    }

    /// <summary>The correlation of the ranks; equal values share the mean of theirs.</summary>
    private static double Spearman(double[] a, double[] b)
    {
        double[] x = Ranks(a);
        double[] y = Ranks(b);
        double mean = (a.Length - 1) / 2.0;
        double Sum(double[] u, double[] v) => u.Zip(v, (p, q) => (p - mean) * (q - mean)).Sum();
        return Sum(x, y) / Math.Sqrt(Sum(x, x) * Sum(y, y));
    }

    private static double[] Ranks(double[] values) => [.. values.Select(value => values.Count(other => other < value) + ((values.Count(other => other == value) - 1) / 2.0))];
}
