using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>Which layers stand in the tables of synthetic tasks, as texts.</summary>
internal static class TaskLayers
{
    /// <summary>
    /// Recall, N being the width: vectors; attention that sees everything and that does not; BASED with as large a state as Mamba; matrix memories in two sizes;
    /// four routed memories beside one of the size of one of them and one as large as all four.
    /// </summary>
    private static readonly string[] Memories =
    [
        "lstm(N)", "gru(N)", "slstm(N)", "conv", "attention(N,window=512)", "attention(N,window=64)", "s6(N)", "mamba(N)", "based(N,features=7)", "based(N)", "mamba2(N)",
        "linattn(N)", "retention(N)", "lightning(N)", "simple_gla(N)", "gla(N)", "gla(N,keys=N)", "mom(N,rule=gla,shared=no)",
        "delta(N)", "delta(N,keys=N)", "gated_delta(N)", "gated_delta(N,keys=N)", "mom(N,shared=no)", "rwkv4(N)", "rwkv6(N)", "rwkv7(N)", "rwkv7(N,heads=4)",
    ];

    /// <summary>What --layers says, else the table's own.</summary>
    public static IReadOnlyList<string> Of(Arguments arguments, IReadOnlyList<string> usual)
    {
        string given = arguments.Text("layers", "");
        IReadOnlyList<string> layers = given.Length > 0 ? given.Split(';') : usual;
        foreach (string layer in layers)
        {
            try
            {
                StackText.Parse(layer);
            }
            catch (StackTextException error)
            {
                throw new ExperimentException(error.Message);
            }
        }

        return layers;
    }

    /// <summary>Every layer with a memory.</summary>
    public static IReadOnlyList<string> Families(int width) => LayerBlocks.SequenceLayers(width);

    /// <summary>Every layer with a memory, and delta rules that may turn a memory round.</summary>
    public static IReadOnlyList<string> Tracking(int width) => [.. Families(width), $"delta({Text(width)},negative=yes)", $"gated_delta({Text(width)},negative=yes)"];

    /// <summary>The rows of the table of recall.</summary>
    public static IReadOnlyList<string> Recall(int width) => [.. Memories.Select(text => text.Replace("N", Text(width), StringComparison.Ordinal))];

    private static string Text(int width) => width.ToString(CultureInfo.InvariantCulture);
}
