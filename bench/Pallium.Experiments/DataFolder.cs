using System.Globalization;
using System.IO.Compression;

namespace Pallium.Experiments;

/// <summary>The data sets beside the repository (../shared/data), or where PALLIUM_DATA says.</summary>
internal static class DataFolder
{
    public static string Repository { get; } = FindRepository();

    public static string PathOf(string name)
    {
        string folder = Environment.GetEnvironmentVariable("PALLIUM_DATA") ?? Path.Combine(Repository, "..", "shared", "data");
        string path = Path.GetFullPath(Path.Combine(folder, name));
        return File.Exists(path) ? path : throw new ExperimentException($"The data set {name} is not at {path}; PALLIUM_DATA names the folder of data sets.");
    }

    /// <summary>Rows of cells, header left out. No cell of these files holds a quoted comma.</summary>
    public static List<string[]> Rows(string name)
    {
        using Stream file = File.OpenRead(PathOf(name));
        using var reader = new StreamReader(name.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        reader.ReadLine();
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            rows.Add(line.Split(','));
        }

        return rows;
    }

    public static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    public static DateTime Stamp(string cell) => DateTime.ParseExact(cell, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);

    private static string FindRepository()
    {
        for (DirectoryInfo? at = new(AppContext.BaseDirectory); at is not null; at = at.Parent)
        {
            if (File.Exists(Path.Combine(at.FullName, "Pallium.slnx")))
            {
                return at.FullName;
            }
        }

        throw new ExperimentException("This program runs inside its repository: no folder above it holds Pallium.slnx.");
    }
}
