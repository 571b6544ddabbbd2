using System.Globalization;

namespace Pallium.Experiments;

/// <summary>The data sets beside the repository (../shared/data), or where PALLIUM_DATA says.</summary>
internal static class DataFolder
{
    public static string PathOf(string name)
    {
        string path = Path.GetFullPath(Path.Combine(Repository.DataFolder, name));
        return File.Exists(path) ? path : throw new ExperimentException($"The data set {name} is not at {path}; PALLIUM_DATA names the folder of data sets.");
    }

    /// <summary>Rows of cells, header left out.</summary>
    public static List<string[]> Rows(string name) => Repository.Rows(PathOf(name));

    public static double Number(string cell) => double.Parse(cell, CultureInfo.InvariantCulture);

    public static DateTime Stamp(string cell) => DateTime.ParseExact(cell, "yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
}
