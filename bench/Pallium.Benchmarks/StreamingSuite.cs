namespace Pallium.Benchmarks;

/// <summary>Streaming steps of one row against torch: one slice in, state and output advanced, hidden size 64.</summary>
internal static class StreamingSuite
{
    private const int Hidden = 64;

    public static void Run(Session session)
    {
        using TorchPeer? torch = TorchPeer.Start();
        Compare(session, torch, "cfc", new Target(Value: 2));
        Compare(session, torch, "lstm", new Target(Value: 1));
        Compare(session, torch, "ltc", new Target(Value: 10));
        Compare(session, torch, "ltc-ncp", null);
        Compare(session, torch, "gru", null);
    }

    private static void Compare(Session session, TorchPeer? torch, string layer, Target? target) =>
        session.Compare(
            $"{layer} {Hidden}", Unit.Microseconds, Ours(layer), torch?.Name ?? "torch", torch?.Case(layer, "stream", Hidden, 1), target);

    // Layers are added here as they come to be.
    private static Contestant? Ours(string layer) => null;
}
