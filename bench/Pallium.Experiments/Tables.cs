using System.Globalization;

namespace Pallium.Experiments;

/// <summary>The results as Markdown tables.</summary>
internal static class Tables
{
    public static void Write(TextWriter writer)
    {
        foreach (string suite in new[] { "occupancy", "traffic" })
        {
            bool isShare = suite == "occupancy";
            writer.WriteLine($"\n{suite}: {(isShare ? "accuracy per step, %" : "squared error per step")}, mean ± standard deviation over seeds\n");
            writer.WriteLine("| stack | recipe | parameters | seeds | test | validation | epochs |\n| --- | --- | --- | --- | --- | --- | --- |");
            var groups = ResultFile.Read(suite).GroupBy(result => (result.Stack, result.Recipe)).OrderByDescending(group => group.Key.Recipe).ThenBy(group => group.Key.Stack);
            foreach (var group in groups)
            {
                string test = Spread([.. group.Select(result => result.TestError)], isShare);
                string validation = Spread([.. group.Select(result => result.ValidationError)], isShare);
                writer.WriteLine(string.Create(
                    CultureInfo.InvariantCulture,
                    $"| {group.Key.Stack} | {group.Key.Recipe} | {group.First().Parameters} | {group.Count()} | {test} | {validation} | {group.Average(result => result.BestEpoch):F0} of {group.Average(result => result.Epochs):F0} |"));
            }
        }

        foreach (string file in new[] { "world", "masks", "imputation", "gaps" })
        {
            WriteWorld(writer, file);
        }
    }

    private static void WriteWorld(TextWriter writer, string file)
    {
        writer.WriteLine($"\n| {file} | stack or way | seed | figures |\n| --- | --- | --- | --- |");
        foreach (WorldResult result in WorldResult.Read(file))
        {
            string figures = string.Join(", ", result.Figures.Select(figure => string.Create(CultureInfo.InvariantCulture, $"{figure.Key} {figure.Value:G4}")));
            writer.WriteLine($"| {result.Experiment} | {result.Stack} | {result.Seed} | {figures} |");
        }
    }

    private static string Spread(double[] errors, bool isShare)
    {
        double mean = errors.Average();
        string shown = isShare ? FormattableString.Invariant($"{100 * (1 - mean):F2}") : FormattableString.Invariant($"{mean:F4}");
        if (errors.Length < 2)
        {
            return shown;
        }

        double deviation = Math.Sqrt(errors.Sum(error => (error - mean) * (error - mean)) / (errors.Length - 1));
        return shown + (isShare ? FormattableString.Invariant($" ± {100 * deviation:F2}") : FormattableString.Invariant($" ± {deviation:F4}"));
    }
}
