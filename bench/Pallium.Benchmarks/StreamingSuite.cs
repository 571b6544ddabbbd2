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
            $"{layer} {Hidden}", Unit.Microseconds, LayerContestant.Step(LearningSuite.Build(layer, Hidden, Inputs)), torch?.Name ?? "torch", torch?.Case(layer, "stream", Hidden, 1), target);
}
