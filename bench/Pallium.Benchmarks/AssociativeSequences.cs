using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>Matrix memories of 4 heads of 64: learning (forward and reverse over 8192 slices of one stream) against chunked attention in torch, and each rule's step.</summary>
internal static class AssociativeSequences
{
    private const int Heads = 4;
    private const int Size = 64;
    private const int Steps = 8192;

    public static void Run(Session session)
    {
        using TorchPeer? torch = TorchPeer.Start(sleepsWaiting: true);
        foreach (int threads in new[] { 1, 2 })
        {
            using var runner = new ChunkRunner(threads);
            Compare(session, torch, "linattn", threads, runner, heads => Build(heads));
            Compare(session, torch, "retention", threads, runner, heads => Build(heads) with { Decay = MemoryDecay.Fixed, LogDecays = Retention[..heads] });
        }

        Alone(session, "gla", Build(Heads) with { Decay = MemoryDecay.Key });
        Alone(session, "delta", Build(Heads) with { Write = MemoryWrite.Delta });
        Alone(session, "gated delta", Build(Heads) with { Write = MemoryWrite.Delta, Decay = MemoryDecay.Head });
        Alone(session, "rwkv7 core", Build(Heads) with { Write = MemoryWrite.LowRank, Decay = MemoryDecay.Key });
    }

    private static double[] Retention => [.. Enumerable.Range(0, Heads).Select(head => Elementary.Log(1 - Math.ScaleB(1, -5 - head)))];

    private static MatrixMemoryOptions Build(int heads) => new(heads, Size, Size);

    /// <summary>On several threads the heads are split among as many layers: they are independent, and one stream is one thread's work.</summary>
    private static void Compare(Session session, TorchPeer? torch, string layer, int threads, ChunkRunner runner, Func<int, MatrixMemoryOptions> optionsOf)
    {
        Contestant[] parts = [.. Enumerable.Range(0, threads).Select(_ => LayerContestant.Window(new MatrixMemory<float>(optionsOf(Heads / threads)), 1, Steps))];
        session.Compare(
            $"{layer}, {Heads} heads of {Size}, window",
            Unit.PerSecond("slices", Steps),
            Interleaved.InProcess(() => runner.Run(threads, part => parts[part](1))),
            torch?.Name ?? "torch",
            torch?.Case(layer, "chunked", Steps, threads),
            new Target(Ratio: 2),
            threads);
    }

    private static void Alone(Session session, string name, MatrixMemoryOptions options)
    {
        session.Compare($"{name}, window", Unit.PerSecond("slices", Steps), LayerContestant.Window(Quiet(options), 1, Steps), "", null);
        session.Compare($"{name}, step", Unit.Microseconds, LayerContestant.Step(Quiet(options)), "", null);
    }

    /// <summary>With gates that let nothing grow, made of the same inputs.</summary>
    private static StackedLayers<float> Quiet(MatrixMemoryOptions options)
    {
        var memory = new MatrixMemory<float>(options);
        int keys = 2 * options.Heads * options.Keys;
        int gates = memory.Inputs - keys - (options.Heads * options.Values);
        int strengths = options.Write == MemoryWrite.Delta ? options.Heads : 0;
        int ranks = options.Write == MemoryWrite.LowRank ? keys : 0;
        var parts = new List<ISequenceLayer<float>> { new UnitNorm<float>(new(keys) { Groups = 2 * options.Heads }), new Pass<float>(options.Heads * options.Values) };
        if (strengths > 0)
        {
            parts.Add(new Activation<float>(new(strengths, ActivationKind.Sigmoid)));
        }

        if (gates > strengths + ranks)
        {
            parts.Add(new Activation<float>(new(gates - strengths - ranks, ActivationKind.LogSigmoid)));
        }

        if (ranks > 0)
        {
            parts.Add(new UnitNorm<float>(new(ranks) { Groups = 2 * options.Heads }));
        }

        return new StackedLayers<float>(new Beside<float>([.. parts]), memory);
    }
}
