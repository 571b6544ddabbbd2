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
}
