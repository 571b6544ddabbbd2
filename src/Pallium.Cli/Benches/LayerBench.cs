using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;

namespace Pallium.Cli;

/// <summary>How layers are compared.</summary>
internal sealed record LayerBenchOptions
{
    /// <summary>Channels of the blocks.</summary>
    public int Width { get; init; } = 32;

    /// <summary>Blocks.</summary>
    public int Blocks { get; init; } = 2;

    /// <summary>Updates of every run.</summary>
    public int Steps { get; init; } = 400;

    /// <summary>Learning rate.</summary>
    public double Rate { get; init; } = 0.005;

    /// <summary>Runs of every layer and task.</summary>
    public int Seeds { get; init; } = 1;

    /// <summary>Seed of the first run; the others follow it.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Whether layers stand alone, as whole stacks, without the blocks around them.</summary>
    public bool Bare { get; init; }

    /// <summary>Threads; the result does not depend on it.</summary>
    public int Threads { get; init; } = Environment.ProcessorCount;
}

/// <summary>What one layer costs and reaches.</summary>
/// <param name="Layer">Its text.</param>
/// <param name="Stack">The whole stack.</param>
/// <param name="Parameters">Of the stack: neither the table of tokens nor the readout, which are the same for all.</param>
/// <param name="Cost">Per slice.</param>
/// <param name="Accuracies">[task][seed]; NaN where learning or the test left the finite numbers.</param>
internal sealed record LayerRow(string Layer, string Stack, long Parameters, LayerCost Cost, IReadOnlyList<IReadOnlyList<double>> Accuracies);

/// <summary>Learns the built-in tasks with one layer after another.</summary>
internal sealed class LayerBench(LayerBenchOptions options, IReadOnlyList<LayerTask> tasks)
{
    private const int TestSequences = 200;

    /// <summary>The whole stack of a layer.</summary>
    /// <exception cref="InputException">The text is no stack, or it cannot be made.</exception>
    public string StackOf(string layer)
    {
        try
        {
            string stack = options.Bare ? StackText.Parse(layer).ToString() : LayerBlocks.Around(layer, options.Width, options.Blocks);
            StackText.Parse(stack).Build<float>(options.Width);
            return stack;
        }
        catch (Exception error) when (error is StackTextException or ArgumentException)
        {
            throw new InputException($"Option --layers: {error.Message}", error);
        }
    }

    /// <summary>Runs one layer on every task.</summary>
    /// <exception cref="OperationCanceledException">It was stopped before it was done.</exception>
    public LayerRow Run(string layer, ProgressDisplay.Report report, CancellationToken cancellation)
    {
        string stack = StackOf(layer);
        double runs = tasks.Count * options.Seeds;
        var accuracies = tasks.Select((task, t) => (IReadOnlyList<double>)[.. Enumerable.Range(0, options.Seeds).Select(run =>
        {
            double before = (t * options.Seeds) + run;
            string text = string.Create(CultureInfo.InvariantCulture, $"{layer} learns {task.Name}, seed {options.Seed + (ulong)run}");
            return Accuracy(stack, task, options.Seed + (ulong)run, share => report((before + share) / runs, text), cancellation);
        })]).ToList();
        ISequenceLayer<float> trunk = StackText.Parse(stack).Build<float>(options.Width);
        return new LayerRow(layer, stack, trunk.Parameters.Sum(item => (long)item.Parameter.Length), trunk.Cost, accuracies);
    }

    private double Accuracy(string stack, LayerTask task, ulong seed, Action<double> progress, CancellationToken cancellation)
    {
        TokenTask drawn = task.Lesson.Task;
        var model = new TokenModel<float>(drawn.Vocabulary, StackText.Parse(stack).Build<float>(options.Width), drawn.Classes);
        var learning = new TokenOptions { Steps = options.Steps, Rate = options.Rate, Threads = options.Threads };
        Rng rng = new Rng(seed).For(task.Name);
        try
        {
            TokenLearning<float>.Run(model, [task.Lesson], learning, rng, now => progress((double)now.Step / now.Steps), cancellation);
            cancellation.ThrowIfCancellationRequested();
            using var runner = new ChunkRunner(options.Threads);
            return new TokenScorer<float>(model).Score(drawn, task.TestLength, TestSequences, rng.For("test"), runner).Accuracy;
        }
        catch (DivergenceException)
        {
            return double.NaN;
        }
    }
}
