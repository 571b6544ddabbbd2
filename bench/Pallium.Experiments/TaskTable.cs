using System.Globalization;

namespace Pallium.Experiments;

/// <summary>Finished runs of layers on synthetic tasks as a Markdown table: mean ± standard deviation over seeds.</summary>
internal static class TaskTable
{
    /// <summary>Writes one table; a figure that a run lacks, because it diverged, makes a dash.</summary>
    /// <param name="title">What stands above it.</param>
    /// <param name="results">Finished runs.</param>
    /// <param name="order">Layers in the order of their rows; others follow.</param>
    /// <param name="columns">Header, name of the figure, and how a mean and a deviation are shown.</param>
    public static void Write(string title, IEnumerable<WorldResult> results, IReadOnlyList<string> order, params (string Header, string Figure, Func<double, string> Show)[] columns)
    {
        Console.WriteLine($"\n{title}\n");
        Console.WriteLine($"| layer | parameters | state | multiply-adds | seeds | {string.Join(" | ", columns.Select(column => column.Header))} |");
        Console.WriteLine($"| --- | --- | --- | --- | --- | {string.Join(" | ", columns.Select(_ => "---"))} |");
        foreach (IGrouping<string, WorldResult> layer in results.GroupBy(result => result.Stack).OrderBy(group => Place(order, group.Key)))
        {
            IReadOnlyDictionary<string, double> cost = layer.First().Figures;
            string cells = string.Join(" | ", columns.Select(column => Cell([.. layer.Select(run => run.Figures.GetValueOrDefault(column.Figure, double.NaN))], column.Show)));
            Console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"| {layer.Key} | {cost["parameters"]:N0} | {cost["state_bytes"]:N0} | {cost["multiply_adds"]:N0} | {layer.Count()} | {cells} |"));
        }
    }

    /// <summary>A share in percent.</summary>
    public static string Percent(double share) => string.Create(CultureInfo.InvariantCulture, $"{100 * share:F1}");

    /// <summary>A number.</summary>
    public static string Number(double number) => string.Create(CultureInfo.InvariantCulture, $"{number:F0}");

    private static int Place(IReadOnlyList<string> order, string layer) =>
        Enumerable.Range(0, order.Count).Where(i => order[i] == layer).DefaultIfEmpty(order.Count).First();

    private static string Cell(double[] runs, Func<double, string> show)
    {
        double mean = runs.Average();
        if (double.IsNaN(mean))
        {
            return "-";
        }

        double deviation = runs.Length > 1 ? Math.Sqrt(runs.Sum(run => (run - mean) * (run - mean)) / (runs.Length - 1)) : 0;
        return runs.Length > 1 ? $"{show(mean)} ± {show(deviation)}" : show(mean);
    }
}
