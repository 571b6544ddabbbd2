using Pallium.Layers;

namespace Pallium.Benchmarks;

/// <summary>sLSTM with 64 inputs and hidden 256: learning (forward and reverse over 64 slices of one stream, or of 16) and streaming.</summary>
internal static class RecurrentSequences
{
    private const int Rows = 16;
    private const int Steps = 64;
    private const int Inputs = 64;
    private const int Hidden = 256;

    public static void Run(Session session)
    {
        using TorchPeer? torch = TorchPeer.Start(sleepsWaiting: true);
        foreach (int heads in new[] { 1, 4 })
        {
            var unfused = new TapeSlstm(Build(heads), heads);
            string name = $"slstm {Hidden}, {heads} head{(heads == 1 ? "" : "s")}";
            session.Compare($"{name}, step", Unit.Microseconds, LayerContestant.Step(Build(heads)), "op by op", unfused.Step(), new Target(Ratio: 5));
            foreach (int rows in new[] { 1, Rows })
            {
                Unit slices = Unit.PerSecond("slices", rows * Steps);
                Contestant ours = LayerContestant.Window(Build(heads), rows, Steps);
                session.Compare($"{name}, window of {rows}", slices, ours, "op by op", unfused.Window(rows, Steps), new Target(Ratio: 5));
            }
        }

        Compare(session, torch, "step", Unit.Microseconds, LayerContestant.Step(Build(1)), "wide-stream");
        Compare(session, torch, $"window of {Rows}", Unit.PerSecond("slices", Rows * Steps), LayerContestant.Window(Build(1), Rows, Steps), "window");
    }

    private static void Compare(Session session, TorchPeer? torch, string form, Unit unit, Contestant ours, string kind) => session.Compare(
        $"slstm {Hidden} and an lstm, {form}", unit, ours, torch?.Name ?? "torch", torch?.Case("lstm", kind, Hidden, 1), new Target(Ratio: 1));

    private static Slstm<float> Build(int heads) => new(new(Inputs, Hidden) { Heads = heads });
}
