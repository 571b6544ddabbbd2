using System.IO.Compression;
using System.Text;

namespace Pallium.Inference;

/// <summary>Rows of named text cells from CSV or JSON lines, one at a time at constant memory.</summary>
/// <remarks>A row is handed over as soon as its line has arrived, so that a live stream is not held back.</remarks>
internal abstract class RowReader(TextReader text, string source) : IDisposable
{
    private char[] _chars = new char[256];
    private int[] _ends = new int[16];
    private int _length;

    /// <summary>The name that errors give the source.</summary>
    public string Source { get; } = source;

    /// <summary>The column names. JSON lines may add to them as rows are read.</summary>
    public List<string> Header { get; } = [];

    /// <summary>The line where the current row begins, from 1.</summary>
    public int Line { get; protected set; }

    /// <summary>The cells of the current row; at most as many as <see cref="Header"/>.</summary>
    public int Count { get; private set; }

    /// <summary>The text of a cell without surrounding white space; empty where the row has no such cell.</summary>
    public ReadOnlySpan<char> this[int column] => column < 0 || column >= Count ? [] : Raw(column).Trim();

    /// <summary>The text that is read.</summary>
    protected TextReader Text { get; } = text;

    /// <summary>Opens a file: gzip by its first bytes, JSON lines by its name or first character, else CSV.</summary>
    /// <exception cref="InputException">There is no such file, or it cannot be read.</exception>
    public static RowReader Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            Stream stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            bool gzip = stream.ReadByte() == 0x1F && stream.ReadByte() == 0x8B;
            stream.Position = 0;
            if (gzip)
            {
                stream = new GZipStream(stream, CompressionMode.Decompress);
            }

            var utf8 = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
            return Create(new StreamReader(stream, utf8, detectEncodingFromByteOrderMarks: true), path, IsJsonName(path));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new InputException($"{path}: found no such file, expected a CSV or JSON lines file.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            throw new InputException($"{path}: the file cannot be opened ({e.Message.TrimEnd('.')}).", e);
        }
    }

    /// <summary>Reads a text that is already open; <paramref name="text"/> is closed with the reader.</summary>
    public static RowReader Create(TextReader text, string source, bool json = false)
    {
        try
        {
            return json || text.Peek() == '{' ? new JsonRows(text, source) : new CsvRows(text, source);
        }
        catch (Exception e) when (IsTextFault(e))
        {
            throw Explain(e, source);
        }
    }

    /// <summary>The whole of a text, which is closed.</summary>
    public static string ReadAll(TextReader text, string source)
    {
        using (text)
        {
            try
            {
                return text.ReadToEnd();
            }
            catch (Exception e) when (IsTextFault(e))
            {
                throw Explain(e, source);
            }
        }
    }

    /// <summary>Moves to the next row.</summary>
    /// <returns>False at the end of the text.</returns>
    /// <exception cref="InputException">The text is not well formed.</exception>
    public bool Read()
    {
        try
        {
            return ReadRow();
        }
        catch (Exception e) when (IsTextFault(e))
        {
            throw Explain(e, Source);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => Text.Dispose();

    /// <summary>Moves to the next row; errors of the text itself may escape.</summary>
    protected abstract bool ReadRow();

    /// <summary>Empties the current row.</summary>
    protected void Clear()
    {
        Count = 0;
        _length = 0;
    }

    /// <summary>Adds a character to the cell that is being read.</summary>
    protected void Append(char c)
    {
        if (_length == _chars.Length)
        {
            Array.Resize(ref _chars, 2 * _length);
        }

        _chars[_length++] = c;
    }

    /// <summary>Ends the cell that is being read.</summary>
    protected void EndCell()
    {
        if (Count == _ends.Length)
        {
            Array.Resize(ref _ends, 2 * Count);
        }

        _ends[Count++] = _length;
    }

    /// <summary>The text of a cell as it stands.</summary>
    private ReadOnlySpan<char> Raw(int column)
    {
        int start = column == 0 ? 0 : _ends[column - 1];
        return _chars.AsSpan(start, _ends[column] - start);
    }

    private static bool IsJsonName(string path)
    {
        string name = path.EndsWith(".gz", StringComparison.OrdinalIgnoreCase) ? path[..^3] : path;
        return Path.GetExtension(name).ToLowerInvariant() is ".json" or ".jsonl" or ".ndjson";
    }

    private static bool IsTextFault(Exception e) => e is DecoderFallbackException or InvalidDataException or IOException;

    private static InputException Explain(Exception e, string source) => new(e switch
    {
        DecoderFallbackException => $"{source}: found bytes that are not UTF-8 text, expected a CSV or JSON lines file.",
        InvalidDataException => $"{source}: found damaged gzip data, expected a whole file.",
        _ => $"{source}: the file cannot be read ({e.Message.TrimEnd('.')}).",
    }, e);
}
