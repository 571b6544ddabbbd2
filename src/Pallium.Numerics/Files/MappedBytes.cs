using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace Pallium.Numerics;

/// <summary>The bytes of a file that stay in it, mapped into memory, and are copied out where they are wanted. Any number of threads may read.</summary>
/// <remarks>
/// Touching a mapped page past the end of a file that was cut short ends the whole program, so the file is asked for its length before every read. A file replaced
/// by another of its name stays as it was for who has it open.
/// </remarks>
internal sealed class MappedBytes
{
    private readonly string _path;
    private readonly SafeFileHandle _file;
    private readonly MemoryMappedViewStream _view;
    private readonly Lock _lock = new();

    /// <summary>Opens a file.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="SafetensorsException">It is empty.</exception>
    public MappedBytes(string path)
    {
        _path = path;
        _file = File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = RandomAccess.GetLength(_file);
        if (Length == 0)
        {
            // An empty file cannot be mapped.
            throw new SafetensorsException("Not a valid safetensors file: it has no bytes.");
        }

        using var map = MemoryMappedFile.CreateFromFile(_file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = map.CreateViewStream(0, Length, MemoryMappedFileAccess.Read);
    }

    /// <summary>How many there are.</summary>
    public long Length { get; }

    /// <summary>Copies bytes.</summary>
    /// <exception cref="IOException">The file has become shorter.</exception>
    public void Read(long offset, Span<byte> target)
    {
        long length = RandomAccess.GetLength(_file);
        if (length < Length)
        {
            throw new IOException($"{_path}: found {length} bytes, expected the {Length} that it had when it was opened; it was cut short while in use.");
        }

        lock (_lock)
        {
            _view.Position = offset;
            _view.ReadExactly(target);
        }
    }

    /// <summary>Hands on all bytes from <paramref name="start"/> to <paramref name="end"/>, piece by piece: the first so many of an array.</summary>
    public void CopyTo(long start, long end, Action<byte[], int> target)
    {
        const int Piece = 1 << 16;
        byte[] piece = new byte[Piece];
        for (long at = start; at < end; at += Piece)
        {
            int count = (int)Math.Min(Piece, end - at);
            Read(at, piece.AsSpan(0, count));
            target(piece, count);
        }
    }
}
