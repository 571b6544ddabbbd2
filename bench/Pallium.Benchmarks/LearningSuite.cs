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
        using TorchPeer? spinning = TorchPeer.Start();
        using TorchPeer? sleeping = TorchPeer.Start(sleepsWaiting: true);
        foreach (int threads in new[] { 1, 2 })
        {
            foreach (int hidden in new[] { 32, 64, 128 })
            {
                // Each of the rival's layers waits in the way that is faster for it with two threads.
                Compare(session, spinning, "ltc", hidden, threads, atLeast: threads == 1 ? 10 : 12);
                Compare(session, spinning, "ltc-ncp", hidden, threads, atLeast: threads == 1 ? 10 : 12);
                Compare(session, sleeping, "cfc", hidden, threads, atLeast: threads == 1 ? 4 : 8);
                Compare(session, sleeping, "lstm", hidden, threads, atLeast: threads == 1 ? 3 : 5);
                Compare(session, sleeping, "gru", hidden, threads, atLeast: threads == 1 ? 3 : 5);
            }
        }
    }

    private static void Compare(Session session, TorchPeer? torch, string layer, int hidden, int threads, double atLeast)
    {
        using var step = new LearningStep(Build(layer, hidden, Inputs), Batch, Steps, threads);
        session.Compare(
            $"{layer} {hidden}",
            Unit.PerSecond("sequences", Batch),
            Interleaved.InProcess(step.Run),
            torch?.Name ?? "torch",
            torch?.Case(layer, "learn", hidden, threads),
            new Target(Ratio: atLeast),
            threads);
    }

    /// <summary>The layer of ours that a case of the peer is held against.</summary>
    public static ISequenceLayer<float> Build(string layer, int hidden, int inputs) => StackText.Parse(layer switch
    {
        "ltc-ncp" => $"ltc(ncp:{hidden})",
        "cfc" => $"liquid({hidden})",
        _ => $"{layer}({hidden})",
    }).Build<float>(inputs);
}
