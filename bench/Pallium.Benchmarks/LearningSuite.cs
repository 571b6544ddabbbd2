using System.Diagnostics;
using Pallium.Layers;

namespace Pallium.Benchmarks;

/// <summary>Learning steps against torch: forward over [batch 32, time 32, input 8], squared error, reverse, clip, Adam, on both sides.</summary>
internal static class LearningSuite
{
    private const int Batch = 32;
    private const int Steps = 32;
    private const int Inputs = 8;

    public static void Run(Session session)
    {
        using TorchPeer? torch = TorchPeer.Start();
        foreach (int threads in new[] { 1, 2 })
        {
            foreach (int hidden in new[] { 32, 64, 128 })
            {
                Compare(session, torch, "ltc", hidden, threads, atLeast: threads == 1 ? 10 : 12);
                Compare(session, torch, "ltc-ncp", hidden, threads, atLeast: threads == 1 ? 10 : 12);
                Compare(session, torch, "cfc", hidden, threads, atLeast: threads == 1 ? 4 : 8);
                Compare(session, torch, "lstm", hidden, threads, atLeast: threads == 1 ? 3 : 5);
                Compare(session, torch, "gru", hidden, threads, atLeast: threads == 1 ? 3 : 5);
            }
        }
    }

    private static void Compare(Session session, TorchPeer? torch, string layer, int hidden, int threads, double atLeast) =>
        session.Compare(
            $"{layer} {hidden}",
            Unit.PerSecond("sequences", Batch),
            Ours(layer, hidden, threads),
            torch?.Name ?? "torch",
            torch?.Case(layer, "learn", hidden, threads),
            new Target(Ratio: atLeast),
            threads);

    private static Contestant Ours(string layer, int hidden, int threads)
    {
        var step = new LearningStep(Build(layer, hidden, Inputs), Batch, Steps, threads);
        return calls =>
        {
            long start = Stopwatch.GetTimestamp();
            for (int i = 0; i < calls; i++)
            {
                step.Run();
            }

            return Stopwatch.GetElapsedTime(start).TotalSeconds;
        };
    }

    /// <summary>The layer of ours that a case of the peer is held against.</summary>
    public static ISequenceLayer<float> Build(string layer, int hidden, int inputs) => StackText.Parse(layer switch
    {
        "ltc-ncp" => $"ltc(ncp:{hidden})",
        "cfc" => $"liquid({hidden})",
        _ => $"{layer}({hidden})",
    }).Build<float>(inputs);
}
