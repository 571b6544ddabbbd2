using System.Globalization;
using System.IO.Compression;

namespace Pallium.Cli;

/// <summary>How much memory learning from a file will take, guessed from its size and its first rows.</summary>
/// <param name="Rows">Rows, about.</param>
/// <param name="Columns">Columns, about.</param>
internal sealed record MemoryNeed(long Rows, int Columns)
{
    private const int SampleBytes = 1 << 16;
    // Measured at the peak of the process, rows x columns (time included), and what is announced: 106 MB for 1,000 x 5 (131),
    // 145 for 25,000 x 5 (155), 198 for 3,000 x 33 (234), 156 for 17,420 x 8 (167), 234 for 69,680 x 8 (251), 308 for 125,000 x 9 (376),
    // 313 for 250,000 x 5 (380), 329 for 31,250 x 33 (420).
    private const long RunTimeBytes = 115L << 20;
    private const long BytesPerColumn = 3L << 20;
    private const long BytesPerCell = 200;

    /// <summary>Bytes of memory.</summary>
    public long Bytes => RunTimeBytes + (Columns * BytesPerColumn) + (Rows * Columns * BytesPerCell);

    /// <summary>Reads the start of a file; null where its length is not known.</summary>
    public static MemoryNeed? Guess(string path)
    {
        if (!File.Exists(path))
        {
            return null;
        }

        using Stream stream = Plain(File.OpenRead(path), out long length);
        var sample = new byte[SampleBytes];
        int read = stream.ReadAtLeast(sample, SampleBytes, throwOnEndOfStream: false);
        ReadOnlySpan<byte> text = sample.AsSpan(0, read);
        int rows = text.Count((byte)'\n');
        ReadOnlySpan<byte> first = rows == 0 ? text : text[..text.IndexOf((byte)'\n')];
        int columns = 1 + Math.Max(first.Count((byte)','), Math.Max(first.Count((byte)';'), first.Count((byte)'\t')));
        return new MemoryNeed(read == 0 ? 0 : Math.Max(0, (long)((double)rows / read * length) - 1), columns);
    }

    /// <summary>What a user reads before learning.</summary>
    public string Describe(string path) => string.Create(
        CultureInfo.InvariantCulture, $"{path}: about {Rows:N0} rows of {Columns} columns; learning needs about {Bytes >> 20:N0} MB of memory.");

    /// <summary>The plain content of a file and its length; the last four bytes of a gzip file hold the length of its content.</summary>
    private static Stream Plain(FileStream file, out long length)
    {
        length = file.Length;
        bool gzip = file.ReadByte() == 0x1F && file.ReadByte() == 0x8B;
        if (gzip)
        {
            Span<byte> size = stackalloc byte[sizeof(uint)];
            file.Seek(-sizeof(uint), SeekOrigin.End);
            file.ReadExactly(size);
            length = BitConverter.ToUInt32(size);
        }

        file.Position = 0;
        return gzip ? new GZipStream(file, CompressionMode.Decompress) : file;
    }
}
