using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Learns networks that tell the target: behind masks, to see which channels stay open, and from given channels, to see what they are worth.</summary>
internal sealed class SelectionNetwork(SelectionData data, StackSpec stack, int updates)
{
    private const int BatchSize = 32;
    private const double Rate = 5e-3;

    /// <summary>Windows of which one in so many is held back to say when to stop.</summary>
    private const int StopShare = 6;

    /// <summary>Updates between two looks at what is held back.</summary>
    private const int ValidateEvery = 25;

    /// <summary>Windows that can be learned from at the least.</summary>
    public const int LeastWindows = 20;

    private readonly int[] _everyone = [.. Enumerable.Range(0, data.Channels.Length)];

    /// <summary>Learns masks.</summary>
    /// <param name="price">Of an open channel, nats per slice.</param>
    /// <param name="learning">What is learned from.</param>
    /// <param name="rng">Draws weights, order and masks.</param>
    /// <returns>A logit per channel; those above 0 are kept.</returns>
    public double[] Logits(double price, IReadOnlyList<SelectionWindow> learning, Rng rng)
    {
        SequenceWindows<float> windows = data.Read(learning, _everyone);
        int gated = data.Runs.Sum(run => run.Length);
        var gate = new ChannelGate<float>(new(gated)
        {
            Groups = [.. data.Runs.SelectMany((run, candidate) => Enumerable.Repeat(candidate, run.Length))],
            Price = price * LossPerNat,
        });
        ISequenceLayer<float> entry = data.Always == 0 ? gate : new Beside<float>([("always", new Pass<float>(data.Always)), ("gate", gate)]);
        var model = NewModel(new StackedLayers<float>([("entry", entry), ("stack", stack.Build<float>(entry.Outputs))]));
        var task = new StepwiseTask<float>(model, windows, data.Read([learning[^1]], _everyone), Batches(learning.Count), rng);
        new Trainer<float>(task, Training with { KeepsLast = true, ValidateEvery = updates }).Run();
        return [.. gate.Logits.ToArray().Select(logit => (double)logit)];
    }

    /// <summary>Learns from some channels and tells the target of other slices.</summary>
    public SelectionOutcomes Outcomes(IReadOnlyList<int> channels, SelectionWindow[] learning, IReadOnlyList<SelectionWindow> asked, Rng rng)
    {
        int stop = Math.Max(1, learning.Length / StopShare);
        SequenceWindows<float> held = data.Read(learning[^stop..], channels);
        SequenceWindows<float> windows = data.Read(learning[..^stop], channels);
        var model = NewModel(stack.Build<float>(windows.InputWidth));
        var task = new StepwiseTask<float>(model, windows, held, Batches(windows.Count), rng);
        new Trainer<float>(task, Training with { AverageDecay = 0.98 }).Run();
        using var runner = new ChunkRunner(1);
        double variance = data.Categories == 0 && task.Score(held, runner).Loss is var square and > 0 ? square : 1;
        SequenceWindows<float> test = data.Read(asked, channels);
        return SelectionOutcomes.Of(data, test, task.Predict(test, runner), variance);
    }

    /// <summary>The squared error of a number of deviation 1 counts two for a nat.</summary>
    private double LossPerNat => data.Categories > 0 ? 1 : 2;

    private TrainerOptions Training => new()
    {
        Steps = updates,
        Schedule = new RateSchedule(Rate) { WarmUp = Math.Min(50, (updates / 10) + 1) },
        Adam = new AdamOptions { WeightDecay = 0.02 },
        ValidateEvery = ValidateEvery,
        Patience = null,
        Threads = 1,
    };

    private StepwiseModel<float> NewModel(ISequenceLayer<float> trunk) => data.Categories > 0
        ? new StepwiseModel<float>(trunk, data.Categories, StepwiseGoal.Classification)
        : new StepwiseModel<float>(trunk, 1, StepwiseGoal.Regression);

    private static StepwiseOptions Batches(int windows) => new() { BatchSize = windows >= BatchSize ? BatchSize : BatchSize / 2 };
}
