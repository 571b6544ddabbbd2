namespace Pallium.Numerics;

/// <summary>Files that are written whole or not at all.</summary>
public static class AtomicFile
{
    /// <summary>Writes beside <paramref name="path"/>, to the disk, then moves the result over it. Whatever fails, the old file stays as it was.</summary>
    /// <param name="path">The file to make or replace.</param>
    /// <param name="write">Writes the content; what it throws is passed on.</param>
    /// <exception cref="IOException">The folder cannot be written to, or the disk is full.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or the old file may not be written.</exception>
    public static void Write(string path, Action<Stream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);

        // In the same folder, because only within one file system a move is a single act.
        string aside = $"{path}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(aside, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(aside, path, overwrite: true);
        }
        catch
        {
            File.Delete(aside);
            throw;
        }
    }
}
