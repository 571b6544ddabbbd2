using Pallium.Layers;

namespace Pallium.Benchmarks;

/// <summary>sLSTM with 64 inputs and hidden 256: streaming, and learning (forward and reverse) over 64 slices of one stream or of 16.</summary>
internal static class RecurrentSequences
{
    private const int Streaming = 0;
    private const int Batch = 16;
    private const int Steps = 64;
    private const int Inputs = 64;
    private const int Hidden = 256;

    public static void Run(Session session)
    {
        using TorchPeer? torch = TorchPeer.Start(sleepsWaiting: true);
        foreach (int heads in new[] { 1, 4 })
        {
            var unfused = new TapeSlstm(Build(heads), heads);
            foreach (int rows in new[] { Streaming, 1, Batch })
            {
                Compare(session, "operations", heads, rows, rows == Streaming ? unfused.Step() : unfused.Window(rows, Steps), atLeast: 5);
            }
        }

        foreach (int rows in new[] { Streaming, Batch })
        {
            Compare(session, "description", 1, rows, OursOf(new DescribedTwin(Build(1)), rows), atLeast: 5);
            Compare(session, "torch lstm", 1, rows, TorchOf("lstm", rows), atLeast: 1);
            Compare(session, "torch slstm", 1, rows, TorchOf("slstm", rows), atLeast: 5);
        }

        Contestant? TorchOf(string layer, int rows) => torch?.Case(layer, rows == Streaming ? "wide-stream" : "window", Hidden, 1);
    }

    private static void Compare(Session session, string rivalName, int heads, int rows, Contestant? rival, double atLeast) => session.Compare(
        $"slstm {Hidden}/{heads}, {(rows == Streaming ? "step" : $"window of {rows}")}, {rivalName}",
        rows == Streaming ? Unit.Microseconds : Unit.PerSecond("slices", rows * Steps),
        OursOf(Build(heads), rows),
        rivalName,
        rival,
        new Target(Ratio: atLeast));

    private static Contestant OursOf(ISequenceLayer<float> layer, int rows) =>
        rows == Streaming ? LayerContestant.Step(layer) : LayerContestant.Window(layer, rows, Steps);

    private static Slstm<float> Build(int heads) => new(new(Inputs, Hidden) { Heads = heads });
}
