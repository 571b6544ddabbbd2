using System.Globalization;

namespace Pallium.Cli;

/// <summary>A table that is written line by line, each as soon as it is known, so that stopping loses none.</summary>
internal sealed class LayerTable(TextWriter writer, IReadOnlyList<string> layers, IReadOnlyList<LayerTask> tasks, LayerBenchOptions options)
{
    private const string Layer = "layer";
    private static readonly string[] Costs = ["parameters", "state", "multiply-adds"];
    private readonly int _first = layers.Max(layer => layer.Length);
    private readonly int[] _widths = [.. Costs.Select(name => Math.Max(name.Length, 10)), .. tasks.Select(task => Math.Max(task.Name.Length, options.Seeds > 1 ? 12 : 7))];

    /// <summary>Names of the columns.</summary>
    public void WriteHeader() => Write(Layer, [.. Costs, .. tasks.Select(task => task.Name)]);

    /// <summary>One layer.</summary>
    public void Write(LayerRow row) => Write(
        row.Layer, [Figures.Count(row.Parameters), Figures.Bytes(row.Cost.StateBytes), Figures.Count(row.Cost.MultiplyAdds), .. row.Accuracies.Select(Accuracy)]);

    /// <summary>What the figures are.</summary>
    public void WriteNotes()
    {
        writer.WriteLine();
        writer.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Accuracy in %{(options.Seeds > 1 ? ", mean and standard deviation over seeds" : "")}, after {options.Steps} updates; parameters, state of a stream and multiply-adds per slice are those of the whole stack."));
        foreach (LayerTask task in tasks)
        {
            writer.WriteLine($"{task.Name}: {task.Meaning}.");
        }
    }

    /// <summary>Mean and spread over seeds, in percent; a dash where a run left the finite numbers.</summary>
    internal static string Accuracy(IReadOnlyList<double> runs)
    {
        double mean = runs.Average();
        if (runs.Count == 1 || double.IsNaN(mean))
        {
            return double.IsNaN(mean) ? "-" : string.Create(CultureInfo.InvariantCulture, $"{100 * mean:F1}");
        }

        double deviation = Math.Sqrt(runs.Sum(run => (run - mean) * (run - mean)) / (runs.Count - 1));
        return string.Create(CultureInfo.InvariantCulture, $"{100 * mean:F1} ± {100 * deviation:F1}");
    }

    private void Write(string name, IReadOnlyList<string> cells)
    {
        writer.WriteLine(name.PadRight(Math.Max(_first, Layer.Length)) + string.Concat(cells.Select((cell, i) => "  " + cell.PadLeft(_widths[i]))));
        writer.Flush();
    }
}
