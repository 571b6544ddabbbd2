using System.Diagnostics;
using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>Tasks whose least loss is 0: a network fits another of the same form, all data at once, by each optimiser and in each precision, with equally many gradients.</summary>
internal static class MinimumExperiment
{
    private const string File = "minimum";
    private const int Windows = 64;
    private const int Steps = 8;
    private const int Inputs = 4;
    private const int Targets = 2;
    private static readonly double[] Bars = [1e-6, 1e-9, 1e-12];
    private static readonly string[] LineWays = ["cg double", "lbfgs double", "cg float", "lbfgs float"];
    private static readonly string[] RateWays = ["adam double", "rmsprop double", "adam float", "rmsprop float"];

    public static void Run(Arguments arguments)
    {
        int evaluations = arguments.Count("evaluations", 10_000);
        int seeds = arguments.Count("seeds", 3);
        double[] rates = arguments.Numbers("rates", [0.003, 0.01, 0.03]);
        string[] ways = arguments.Some("ways", string.Join(';', [.. LineWays, .. RateWays]), [.. LineWays, .. RateWays]);
        foreach (string stack in arguments.Text("stacks", "lstm(1);gru(1);gru(4)").Split(';'))
        {
            string experiment = string.Create(CultureInfo.InvariantCulture, $"{stack}/{evaluations}");
            for (ulong seed = 1; seed <= (ulong)seeds; seed++)
            {
                foreach (string way in ways.SelectMany(way => Rated(way, rates)))
                {
                    if (!WorldResult.Read(File).Exists(done => (done.Experiment, done.Stack, done.Seed) == (experiment, way, seed)))
                    {
                        var clock = Stopwatch.StartNew();
                        Dictionary<string, double> figures = RunOne(stack, way, seed, evaluations);
                        new WorldResult(experiment, way, seed, figures, clock.Elapsed.TotalSeconds).Append(File);
                    }
                }
            }

            WriteTable(experiment, ways, rates);
        }
    }

    private static IEnumerable<string> Rated(string way, double[] rates) =>
        LineWays.Contains(way) ? [way] : rates.Select(rate => string.Create(CultureInfo.InvariantCulture, $"{way} {rate}"));

    private static Dictionary<string, double> RunOne(string stack, string way, ulong seed, int evaluations)
    {
        SequenceWindows<double> windows = Teach(stack, new Rng(seed).For("teacher"), out double[] inputs, out double[] targets);
        Rng start = new Rng(seed).For("student");
        var exact = new FullBatch<double>(stack, windows, start) { Bars = Bars };
        var single = new FullBatch<float>(
            stack, new SequenceWindows<float>(Steps, Array.ConvertAll(inputs, x => (float)x), Inputs, Array.ConvertAll(targets, x => (float)x), Targets), start)
        { Bars = Bars };
        string[] words = way.Split(' ');
        bool isDouble = words[1] == "double";
        if (words.Length == 2)
        {
            Descend(words[0], exact.Parameters, isDouble ? exact.Evaluate : InSingle(exact.Parameters, single), evaluations);
        }
        else if (isDouble)
        {
            Follow(exact, words[0], double.Parse(words[2], CultureInfo.InvariantCulture), evaluations);
        }
        else
        {
            Follow(single, words[0], double.Parse(words[2], CultureInfo.InvariantCulture), evaluations);
        }

        return isDouble ? Figures(exact) : Figures(single);
    }

    private static void Descend(string method, ParameterSet<double> parameters, LossGradient loss, int evaluations)
    {
        var options = new DescentOptions { Evaluations = evaluations, GradientTolerance = 0 };
        LineDescent descent = method == "cg" ? new ConjugateGradient(parameters, options) : new LimitedMemoryBfgs(parameters, options);
        descent.Minimize(loss);
    }

    /// <summary>Loss and gradient by single precision; the optimiser's own vectors stay double.</summary>
    private static LossGradient InSingle(ParameterSet<double> parameters, FullBatch<float> single)
    {
        Gradients<float> own = single.Parameters.NewGradients();
        return gradients =>
        {
            for (int i = 0; i < parameters.Items.Count; i++)
            {
                Convert(parameters.Items[i].Parameter.Values, single.Parameters.Items[i].Parameter.Values);
            }

            double loss = single.Evaluate(own);
            for (int i = 0; i < gradients.Values.Length; i++)
            {
                gradients.Values[i] = own.Values[i];
            }

            return loss;
        };
    }

    private static void Convert(ReadOnlySpan<double> from, Span<float> into)
    {
        for (int i = 0; i < from.Length; i++)
        {
            into[i] = (float)from[i];
        }
    }

    /// <summary>Adam, or RMSprop as Adam without a mean gradient (its mean square corrected for the start from zero), constant and then cooled down.</summary>
    private static void Follow<T>(FullBatch<T> batch, string method, double rate, int evaluations)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var adam = new Adam<T>(batch.Parameters, method == "adam" ? new AdamOptions() : new AdamOptions { Beta1 = 0, Beta2 = 0.99 });
        var schedule = new RateSchedule(rate) { CoolDown = 0.5 };
        Gradients<T> gradients = batch.Parameters.NewGradients();
        for (int step = 0; step < evaluations; step++)
        {
            batch.Evaluate(gradients);
            adam.Step(gradients, schedule.At(step, evaluations));
        }
    }

    private static Dictionary<string, double> Figures<T>(FullBatch<T> batch)
        where T : unmanaged, System.Numerics.IBinaryFloatingPointIeee754<T>
    {
        var figures = new Dictionary<string, double>
        {
            ["parameters"] = batch.Parameters.Length,
            ["evaluations"] = batch.Evaluations,
            ["loss"] = batch.Least,
        };
        foreach (double bar in Bars)
        {
            figures[string.Create(CultureInfo.InvariantCulture, $"reached_{bar:E0}")] = batch.ReachedAt(bar);
        }

        return figures;
    }

    /// <summary>Normal inputs and what a drawn network makes of them.</summary>
    private static SequenceWindows<double> Teach(string stack, Rng rng, out double[] inputs, out double[] targets)
    {
        inputs = new double[Windows * Steps * Inputs];
        targets = new double[Windows * Steps * Targets];
        rng.For("inputs").Normal(inputs, 1);
        ISequenceLayer<double> trunk = StackText.Parse(stack).Build<double>(Inputs);
        var teacher = new StepwiseModel<double>(trunk, Targets, StepwiseGoal.Regression);
        teacher.Initialize(rng.For("weights"));
        teacher.Refresh();
        var tape = new Tape<double>();
        for (int window = 0; window < Windows; window++)
        {
            tape.Reset();
            Variable x = tape.Constant(inputs.AsSpan(window * Steps * Inputs, Steps * Inputs), Steps, Inputs);
            Variable elapsed = tape.Constant(Steps, 1);
            tape.Value(elapsed).Fill(1);
            tape.Value(teacher.Forward(tape, x, elapsed, null).Readout).CopyTo(targets.AsSpan(window * Steps * Targets));
        }

        return new SequenceWindows<double>(Steps, inputs, Inputs, targets, Targets);
    }

    private static void WriteTable(string experiment, string[] ways, double[] rates)
    {
        Console.WriteLine($"\n{experiment} gradients: least squared error, and after how many gradients it was at most 1e-12\n");
        Console.WriteLine("| optimiser and precision | runs | median | greatest | runs at 1e-12 | gradients to 1e-6 | to 1e-12 | seconds |");
        Console.WriteLine("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
        foreach (string way in ways)
        {
            // Of several rates the best, by the median.
            WorldResult[] runs = Rated(way, rates).Select(rated => WorldResult.Read(File).Where(done => done.Experiment == experiment && done.Stack == rated).ToArray())
                .Where(found => found.Length > 0).MinBy(found => Median(found, "loss")) ?? [];
            if (runs.Length > 0)
            {
                Console.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {runs[0].Stack} | {runs.Length} | {Median(runs, "loss"):G2} | {runs.Max(run => run.Figures["loss"]):G2} | {runs.Count(run => run.Figures["loss"] <= 1e-12)} | {Reached(runs, "reached_1E-006")} | {Reached(runs, "reached_1E-012")} | {runs.Average(run => run.Seconds):F1} |"));
            }
        }
    }

    private static double Median(WorldResult[] runs, string figure) => runs.Select(run => run.Figures[figure]).Order().ElementAt((runs.Length - 1) / 2);

    private static string Reached(WorldResult[] runs, string figure) =>
        Array.TrueForAll(runs, run => run.Figures[figure] > 0) ? Median(runs, figure).ToString("F0", CultureInfo.InvariantCulture) : "-";
}
