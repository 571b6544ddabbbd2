namespace Pallium.Cli;

/// <summary>Data to read: a file, or standard input under the name <c>-</c>.</summary>
internal static class DataFile
{
    /// <summary>What names standard input on the command line.</summary>
    public const string StandardInput = "-";

    /// <summary>What errors call it.</summary>
    public const string StandardInputName = "standard input";

    /// <summary>Reads all of the data; what does not fit goes to standard error.</summary>
    public static Frame Read(string path, FrameOptions options)
    {
        RefuseModel(path);
        Frame frame = path == StandardInput ? Frame.ReadCsv(Console.In, StandardInputName, options) : Frame.ReadCsv(path, options);
        Warn(frame.Warnings);
        return frame;
    }

    /// <summary>Reads data slice by slice.</summary>
    public static SliceReader Open(string path, FrameSchema schema, FrameOptions options)
    {
        RefuseModel(path);
        return path == StandardInput ? new SliceReader(Console.In, StandardInputName, schema, options) : SliceReader.Open(path, schema, options);
    }

    /// <summary>Writes warnings to standard error.</summary>
    public static void Warn(IEnumerable<string> warnings)
    {
        foreach (string warning in warnings)
        {
            Console.Error.WriteLine($"pallium: warning: {warning}");
        }
    }

    private static void RefuseModel(string path)
    {
        if (path != StandardInput && File.Exists(path) && ModelFile.IsModel(path))
        {
            throw new InputException($"{path}: found a model, expected data.");
        }
    }
}
