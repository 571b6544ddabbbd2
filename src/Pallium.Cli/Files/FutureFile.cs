namespace Pallium.Cli;

/// <summary>Slices to come that are known in advance.</summary>
internal static class FutureFile
{
    /// <summary>Reads them; columns that the plan does not have are simply not known.</summary>
    /// <exception cref="InputException">There are none, or the data do not fit the model.</exception>
    public static List<Slice> Read(string path, FrameOptions options)
    {
        var slices = new List<Slice>();
        using SliceReader reader = DataFile.Open(path, options.Schema!, options);
        IReadOnlyList<string> aboutColumns = reader.Warnings;
        while (reader.TryRead(out Slice? slice))
        {
            slices.Add(slice);
        }

        DataFile.Warn(reader.Warnings.Except(aboutColumns));
        return slices.Count > 0 ? slices : throw new InputException($"{path}: found no rows, expected the slices to come.");
    }
}
