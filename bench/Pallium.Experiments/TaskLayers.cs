using System.Globalization;
using Pallium.Layers;
using Pallium.Learning;

namespace Pallium.Experiments;

/// <summary>Which layers stand in the tables of synthetic tasks, as texts.</summary>
internal static class TaskLayers
{
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

    /// <summary>Every layer with a memory; matrix memories in several sizes; four routed ones beside one of theirs and one as large as all.</summary>
    public static IReadOnlyList<string> Recall(int width) => [.. Families(width)];

    private static string Text(int width) => width.ToString(CultureInfo.InvariantCulture);
}
