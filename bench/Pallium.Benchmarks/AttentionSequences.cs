using Pallium.Layers;

namespace Pallium.Benchmarks;

/// <summary>Attention over a window of 1024 slices with 4 heads of 64 (queries, keys and values given): learning, forward and reverse, and streaming.</summary>
/// <remarks>
/// Operations are those of the seven products that forward and reverse take (scores twice), on pairs of queries and keys that see each other. The rival
/// has no rotary positions; ours has.
/// </remarks>
internal static class AttentionSequences
{
    private const int Window = 1024;
    private const int Heads = 4;
    private const int Width = 64;

    public static void Run(Session session)
    {
        using TorchPeer? torch = TorchPeer.Start(sleepsWaiting: true);
        string rival = torch?.Name ?? "torch";
        foreach (int threads in new[] { 1, 2 })
        {
            foreach (int steps in new[] { Window, 4 * Window })
            {
                foreach (string form in steps == Window ? ["band"] : new[] { "band", "chunks" })
                {
                    session.Compare(
                        $"attention {steps}, {form}",
                        Unit.GigaFlops(threads * Operations(steps)),
                        LayerContestant.Windows(Build(), threads, rows: 1, steps),
                        rival,
                        torch?.Case($"{form}:{threads}:{steps}", "attention", Window, threads),
                        new Target(Ratio: 1),
                        threads);
                }
            }
        }

        session.Compare("attention, step", Unit.Microseconds, LayerContestant.Step(Build(), 2 * Window), rival, torch?.Case("ring", "attention-step", Window, 1));
    }

    private static double Operations(int steps)
    {
        double pairs = Enumerable.Range(0, steps).Sum(step => (double)Math.Min(step + 1, Window));
        return 7 * 2 * Heads * Width * pairs;
    }

    private static WindowAttention<float> Build() => new(new(Heads, Width, Window) { Rotary = Width });
}
