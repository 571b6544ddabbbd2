namespace Pallium.Cli;

/// <summary>Data whose slices are read more than once, as they are needed: a file, or standard input, which is kept aside in a temporary file.</summary>
internal sealed class RereadData : IDisposable
{
    private readonly string _path;
    private readonly FrameSchema _schema;
    private readonly FrameOptions _options;
    private readonly FileStream? _kept;
    private bool _warned;

    /// <summary>Data of a known schema. Standard input is read to its end.</summary>
    public RereadData(string path, FrameSchema schema, FrameOptions options)
    {
        (_path, _schema, _options) = (path, schema, options);
        if (path == DataFile.StandardInput)
        {
            string aside = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            _kept = new FileStream(aside, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16, FileOptions.DeleteOnClose);
            using Stream input = Console.OpenStandardInput();
            input.CopyTo(_kept);
        }
    }

    /// <summary>The slices from the beginning, not several times at once; at the end of the first reading, what does not fit goes to standard error.</summary>
    public IEnumerable<Slice> Slices()
    {
        using SliceReader reader = Open();
        bool any = false;
        while (reader.TryRead(out Slice? slice))
        {
            any = true;
            yield return slice;
        }

        if (!any)
        {
            throw new InputException($"{(_kept == null ? _path : DataFile.StandardInputName)}: found no slices, expected at least one.");
        }

        if (!_warned)
        {
            _warned = true;
            DataFile.Warn(reader.Warnings);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _kept?.Dispose();

    private SliceReader Open()
    {
        if (_kept == null)
        {
            return DataFile.Open(_path, _schema, _options);
        }

        _kept.Position = 0;
        return new SliceReader(new StreamReader(_kept, leaveOpen: true), DataFile.StandardInputName, _schema, _options);
    }
}
