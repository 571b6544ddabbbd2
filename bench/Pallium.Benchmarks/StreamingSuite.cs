using System.Diagnostics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>Streaming steps of one row against torch: one slice in, state and output advanced, hidden size 64; and world models late in a stream against early.</summary>
internal static class StreamingSuite
{
    private const int Hidden = 64;
    private const int Inputs = 8;

    public static void Run(Session session)
    {
        using TorchPeer? torch = TorchPeer.Start();
        Compare(session, torch, "cfc", new Target(Value: 2));
        Compare(session, torch, "lstm", new Target(Value: 1));
        Compare(session, torch, "ltc", new Target(Value: 10));
        Compare(session, torch, "ltc-ncp", null);
        Compare(session, torch, "gru", null);
        LongStream.Run(session);
    }

    private static void Compare(Session session, TorchPeer? torch, string layer, Target? target) =>
        session.Compare(
            $"{layer} {Hidden}", Unit.Microseconds, Ours(layer), torch?.Name ?? "torch", torch?.Case(layer, "stream", Hidden, 1), target);

    private static Contestant Ours(string name)
    {
        ISequenceLayer<float> layer = LearningSuite.Build(name, Hidden, Inputs);
        layer.Initialize(new Rng(1));
        var input = new float[Inputs];
        new Rng(2).Normal(input.AsSpan(), 1);
        float[] elapsed = [1];
        var state = new float[layer.StateSize];
        var output = new float[layer.Outputs];
        var scratch = new float[layer.StepScratch(1)];
        return calls =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                layer.Step(input, elapsed, state, output, scratch);
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        };
    }
}
