using System.Globalization;
using System.IO.Compression;

namespace Pallium.Inference.Tests;

/// <summary>The data sets beside the repository; a test that needs one is skipped where it is absent.</summary>
internal static class SharedData
{
    public static string Path(string name)
    {
        string? folder = Environment.GetEnvironmentVariable("PALLIUM_DATA");
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); folder is null && at is not null; at = at.Parent)
        {
            if (File.Exists(System.IO.Path.Combine(at.FullName, "Pallium.slnx")))
            {
                folder = System.IO.Path.Combine(at.FullName, "..", "shared", "data");
            }
        }

        string path = System.IO.Path.Combine(folder ?? ".", name);
        Assert.SkipUnless(File.Exists(path), $"The data set {name} is not there; PALLIUM_DATA names its folder.");
        return path;
    }

    /// <summary>Rows of cells, header left out.</summary>
    public static List<string[]> Rows(string name)
    {
        string path = Path(name);
        using Stream file = File.OpenRead(path);
        using var reader = new StreamReader(name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        reader.ReadLine();
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            rows.Add(line.Split(','));
        }

        return rows;
    }

    public static double Number(string cell) => cell.Length == 0 ? double.NaN : double.Parse(cell, CultureInfo.InvariantCulture);

    /// <summary>Mean and standard deviation of a column's first rows.</summary>
    public static (double Mean, double Deviation) Moments(IEnumerable<double> values)
    {
        double[] seen = [.. values.Where(double.IsFinite)];
        double mean = seen.Average();
        return (mean, Math.Sqrt(seen.Select(x => (x - mean) * (x - mean)).Average()));
    }
}
