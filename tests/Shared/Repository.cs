using System.IO.Compression;
using System.Runtime.CompilerServices;

namespace Pallium.Shared;

/// <summary>The tree that tests and experiments lie in, and the folders of data beside it.</summary>
internal static class Repository
{
    /// <summary>The folder of Pallium.slnx.</summary>
    public static string Root => FindRoot();

    /// <summary>Data sets: the folder that PALLIUM_DATA names, else ../shared/data.</summary>
    public static string DataFolder => Environment.GetEnvironmentVariable("PALLIUM_DATA") ?? Path.Combine(Root, "..", "shared", "data");

    /// <summary>Files of published reference values of layers, in order; of the folder that PALLIUM_GOLDEN names, else ../shared/golden.</summary>
    public static string[] GoldenFiles() =>
        Directory.Exists(GoldenFolder) ? [.. Directory.GetFiles(GoldenFolder, "*.safetensors").Order(StringComparer.Ordinal)] : [];

    /// <summary>Rows of cells of a file, compressed or not, header left out. No cell of the data sets holds a quoted comma.</summary>
    public static List<string[]> Rows(string path)
    {
        using Stream file = File.OpenRead(path);
        using var reader = new StreamReader(path.EndsWith(".gz", StringComparison.Ordinal) ? new GZipStream(file, CompressionMode.Decompress) : file);
        reader.ReadLine();
        var rows = new List<string[]>();
        while (reader.ReadLine() is { } line)
        {
            rows.Add(line.Split(','));
        }

        return rows;
    }

    private static string GoldenFolder => Environment.GetEnvironmentVariable("PALLIUM_GOLDEN") ?? Path.Combine(Root, "..", "shared", "golden");

    private static string FindRoot([CallerFilePath] string source = "")
    {
        // The compiler's path where the tree still lies there, else upwards from the program.
        string folder = File.Exists(source) ? source : AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Pallium.slnx")))
        {
            folder = Path.GetDirectoryName(folder) ?? throw new DirectoryNotFoundException("No folder above this program holds Pallium.slnx.");
        }

        return folder;
    }
}
