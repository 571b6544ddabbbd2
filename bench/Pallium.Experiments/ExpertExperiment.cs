using System.Globalization;
using System.Text.RegularExpressions;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Experiments;

/// <summary>What experts are for: a law made of 32 laws, each for its own region; loss, counted cost and use of experts, for more experts and for gates that choose how many.</summary>
/// <remarks>x is drawn around one of 32 centres; the target is a linear map of x that belongs to the centre, through tanh.</remarks>
internal static class ExpertExperiment
{
    private const string File = "mixtures";
    private const int Regions = 32;
    private const int Channels = 16;
    private const int Targets = 8;
    private const int LearningSlices = 20000;
    private const int TestSlices = 4000;
    private const int Window = 4;

    private static readonly string[] Mixtures =
    [
        "swiglu(16)", "moe(4x16)", "moe(8x16)", "moe(16x16)", "moe(32x16)", "moe(32x16,balance=0.05)", "moe(8x16,bias=0.01)", "moe(16x16,bias=0.01)", "moe(32x16,bias=0.01)", "moe(32x16,balance=0,bias=0.01)", "moe(32x16,router=cosine)", "moe(32x16,balance=0.2)", "moe(32x16,dense=yes,balance=0.05)", "moe(32x16,groups=4)", "moe(32x16,dense=yes)",
        "moe(8x16,top=2)", "moe(8x16,prototypes=2)", "moe(8x16,top=2,weights=probability)", "moe(8x16,top=2,weights=probability,margin=0.5)", "moe(8x16,top=2,margin=0.5)",
        "moe(8x16,top=2,zero=1,copy=1,constant=2)", "moe(8x16,top=2,zero=1,copy=1,constant=2,share=1)", "moe(8x16,top=2,zero=1)", "moe(8x16,top=2,zero=1,copy=1,constant=2,share=0.25)",
    ];

    public static void Run(Arguments arguments)
    {
        int epochs = arguments.Count("epochs", 30);
        string experiment = string.Create(CultureInfo.InvariantCulture, $"{Regions} regions/{epochs}");
        IReadOnlyList<string> mixtures = TaskLayers.Of(arguments, Mixtures);
        WorldResult.RunMissing(experiment, arguments, string.Join(';', mixtures), (mixture, seed, threads) => Figures(mixture, seed, threads, epochs), File);
        TaskTable.Write(
            $"Experts ({experiment}): squared error, and experts beside their fair share", WorldResult.Read(File).Where(result => result.Experiment == experiment), Mixtures,
            ("loss", "loss", value => value.ToString("F4", CultureInfo.InvariantCulture)),
            ("blocks at work", "active", value => value.ToString("F2", CultureInfo.InvariantCulture)),
            ("least used, % of fair share", "least", TaskTable.Percent),
            ("most used, %", "most", TaskTable.Percent));
    }

    private static Dictionary<string, double> Figures(string mixture, ulong seed, int threads, int epochs)
    {
        var rng = new Rng(seed);
        StackedLayers<float> trunk = (StackedLayers<float>)StackText.Parse($"rmsnorm+linear(32)+residual(rmsnorm+{mixture})+rmsnorm").Build<float>(Channels);
        var model = new StepwiseModel<float>(trunk, Targets, StepwiseGoal.Regression);
        SequenceWindows<float> learning = Draw(LearningSlices, rng.For("law"), rng.For("learning"));
        SequenceWindows<float> validation = Draw(TestSlices, rng.For("law"), rng.For("validation"));
        SequenceWindows<float> test = Draw(TestSlices, rng.For("law"), rng.For("test"));
        var task = new StepwiseTask<float>(model, learning, validation, new StepwiseOptions { BatchSize = 32 }, rng.For("task"));
        new Trainer<float>(task, new TrainerOptions
        {
            Steps = epochs * task.StepsPerEpoch,
            Schedule = new RateSchedule(4e-3) { CoolDown = 0.3 },
            Adam = new AdamOptions { WeightDecay = 0.01 },
            ValidateEvery = task.StepsPerEpoch,
            Patience = null,
            Threads = threads,
        }).Run();
        using var runner = new ChunkRunner(threads);
        LayerCost cost = StackText.Parse(mixture).Build<float>(32).Cost;
        var figures = new Dictionary<string, double>
        {
            ["parameters"] = model.Parameters.Length,
            ["state_bytes"] = cost.StateBytes,
            ["multiply_adds"] = cost.MultiplyAdds,
            ["loss"] = task.Score(test, runner).Loss,
        };
        AddUse(mixture, trunk, test, figures);
        return figures;
    }

    /// <summary>How often each block is chosen, beside how often it would be if all were alike; of mixtures with one level.</summary>
    private static void AddUse(string mixture, StackedLayers<float> trunk, SequenceWindows<float> test, Dictionary<string, double> figures)
    {
        Match blocks = Regex.Match(mixture, @"^moe\((\d+)x");
        if (!blocks.Success || mixture.Contains("groups", StringComparison.Ordinal))
        {
            figures["active"] = 1;
            return;
        }

        double[] shares = Shares(trunk, int.Parse(blocks.Groups[1].ValueSpan, CultureInfo.InvariantCulture), test);
        double active = shares.Sum();
        figures["active"] = active;
        figures["least"] = shares.Min() * shares.Length / active;
        figures["most"] = shares.Max() * shares.Length / active;
    }

    /// <summary>Share of the slices that each block is given.</summary>
    private static double[] Shares(StackedLayers<float> trunk, int blocks, SequenceWindows<float> windows)
    {
        // Up to the mixture's route, whose last outputs are the weights of the experts, blocks first.
        var inner = (StackedLayers<float>)((Residual<float>)trunk.Parts[2].Layer).Block;
        ISequenceLayer<float> route = ((StackedLayers<float>)inner.Parts[1].Layer).Parts[0].Layer;
        var layers = new StackedLayers<float>(trunk.Parts[0].Layer, trunk.Parts[1].Layer, inner.Parts[0].Layer, route);
        int slices = windows.Count * windows.Steps;
        var shares = new double[blocks];
        var y = new float[layers.Outputs];
        var state = new float[layers.StateSize];
        var scratch = new float[layers.StepScratch(1)];
        for (int slice = 0; slice < slices; slice++)
        {
            layers.Step(windows.Inputs.AsSpan(slice * windows.InputWidth, windows.InputWidth), [1], state, y, scratch);
            for (int block = 0; block < blocks; block++)
            {
                shares[block] += y[route.Inputs + block] != 0 ? 1.0 / slices : 0;
            }
        }

        return shares;
    }

    private static SequenceWindows<float> Draw(int slices, Rng law, Rng rng)
    {
        var centres = new double[Regions * Channels];
        law.For("centres").Normal(centres.AsSpan(), 1);
        var maps = new double[Regions * Targets * Channels];
        law.For("maps").Normal(maps.AsSpan(), 1 / Math.Sqrt(Channels));
        var inputs = new float[slices * Channels];
        var targets = new float[slices * Targets];
        for (int slice = 0; slice < slices; slice++)
        {
            int region = rng.Below(Regions);
            for (int c = 0; c < Channels; c++)
            {
                inputs[(slice * Channels) + c] = (float)(centres[(region * Channels) + c] + (0.4 * rng.Normal()));
            }

            for (int o = 0; o < Targets; o++)
            {
                double sum = 0;
                for (int c = 0; c < Channels; c++)
                {
                    sum += maps[(((region * Targets) + o) * Channels) + c] * inputs[(slice * Channels) + c];
                }

                targets[(slice * Targets) + o] = (float)Math.Tanh(sum);
            }
        }

        return new SequenceWindows<float>(Window, inputs, Channels, targets, Targets);
    }
}
