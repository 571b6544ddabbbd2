using System.Globalization;
using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>Which layers stand in the tables of synthetic tasks, as texts.</summary>
internal static class TaskLayers
{
    /// <summary>
    /// Recall, N being the width: memories of one head, 16 keys times N values each, or, as they are called, N keys; BASED with as large a state as Mamba; four routed memories
    /// beside one of the size of one of them and one as large as all four.
    /// </summary>
    private static readonly string[] Memories =
    [
        "based(N,heads=1,features=7)", "mamba(N)", "mom(N,heads=1,keys=16,shared=no)", "gated_delta(N,heads=1,keys=16)", "gated_delta(N,heads=1)", "attention(N,window=512)",
        "rwkv7(N)", "linattn(N,heads=1)", "delta(N,heads=1)", "gla(N,heads=1)", "retention(N,heads=1)", "mamba2(N)", "rwkv6(N)", "s6(N)", "lstm(N)", "gru(N)", "conv",
        "based(N,heads=1)", "attention(N,window=64)", "simple_gla(N,heads=1)", "lightning(N,heads=1)", "delta(N,heads=1,keys=16)", "gla(N,heads=1,keys=16)",
        "mom(N,heads=1,keys=16,rule=gla,shared=no)", "rwkv4(N)", "slstm(N)",
    ];

    /// <summary>What --layers says, else the table's own.</summary>
    public static IReadOnlyList<string> Of(Arguments arguments, IReadOnlyList<string> usual) =>
        arguments.Text("layers", "") is { Length: > 0 } given ? given.Split(';') : usual;

    /// <summary>Every layer with a memory.</summary>
    public static IReadOnlyList<string> Families(int width) => LayerBlocks.SequenceLayers(width);

    /// <summary>Every layer with a memory, and delta rules that may turn a memory round.</summary>
    public static IReadOnlyList<string> Tracking(int width) => [.. Families(width), $"delta({Text(width)},negative=yes)", $"gated_delta({Text(width)},negative=yes)"];

    /// <summary>The rows of the table of recall.</summary>
    public static IReadOnlyList<string> Recall(int width) => [.. Memories.Select(text => text.Replace("N", Text(width), StringComparison.Ordinal))];

    private static string Text(int width) => width.ToString(CultureInfo.InvariantCulture);
}
