using System.Globalization;

namespace Pallium.Inference.Tests;

/// <summary>The data sets beside the repository; a test that needs one is skipped where it is absent.</summary>
internal static class SharedData
{
    public static string Path(string name)
    {
        string path = System.IO.Path.Combine(Repository.DataFolder, name);
        Assert.SkipUnless(File.Exists(path), $"The data set {name} is not there; PALLIUM_DATA names its folder.");
        return path;
    }

    /// <summary>Rows of cells, header left out.</summary>
    public static List<string[]> Rows(string name) => Repository.Rows(Path(name));

    public static double Number(string cell) => cell.Length == 0 ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>Mean and standard deviation of a column's first rows.</summary>
    public static (double Mean, double Deviation) Moments(IEnumerable<double> values)
    {
        double[] seen = [.. values.Where(double.IsFinite)];
        double mean = seen.Average();
        return (mean, Math.Sqrt(seen.Select(x => (x - mean) * (x - mean)).Average()));
    }

    /// <summary>All columns from <paramref name="firstColumn"/>, z-scored by the first <paramref name="train"/> rows, [rows, columns].</summary>
    public static double[] Standardised(List<string[]> table, int firstColumn, int rows, int train)
    {
        int columns = table[0].Length - firstColumn;
        double[] values = new double[rows * columns];
        for (int j = 0; j < columns; j++)
        {
            (double mean, double deviation) = Moments(table.Take(train).Select(row => Number(row[firstColumn + j])));
            for (int t = 0; t < rows; t++)
            {
                values[(t * columns) + j] = (Number(table[t][firstColumn + j]) - mean) / deviation;
            }
        }

        return values;
    }
}
