using System.Text;

namespace Pallium.Numerics;

/// <summary>Named arrays and string metadata, read from the safetensors format.</summary>
/// <remarks>
/// Nothing in a file is believed before it is checked: any bytes at all give a file or a <see cref="SafetensorsException"/>,
/// with memory in proportion to their number. The values are those of the bytes on a little-endian machine.
/// </remarks>
public sealed class SafetensorsFile
{
    private readonly ReadOnlyMemory<byte> _bytes;
    private readonly MappedBytes? _mapped;
    private readonly int _sealStart;
    private readonly Dictionary<string, SafetensorsTensor> _byName;

    private SafetensorsFile(ReadOnlyMemory<byte> bytes)
        : this(SafetensorsHeader.Parse(bytes.Span), (header, entry) => new SafetensorsTensor(entry, bytes[(header.DataStart + entry.Begin)..(header.DataStart + entry.End)])) =>
        _bytes = bytes;

    private SafetensorsFile(SafetensorsHeader header, MappedBytes mapped)
        : this(header, (_, entry) => new SafetensorsTensor(entry, mapped, header.DataStart + entry.Begin)) => _mapped = mapped;

    private SafetensorsFile(SafetensorsHeader header, Func<SafetensorsHeader, SafetensorsHeader.Entry, SafetensorsTensor> tensor)
    {
        _sealStart = header.SealStart;
        Metadata = header.Metadata;
        Tensors = [.. header.Entries.Select(entry => tensor(header, entry))];
        _byName = Tensors.ToDictionary(item => item.Name, StringComparer.Ordinal);
    }

    /// <summary>What the file says about itself.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>The arrays, by their place in the data.</summary>
    public IReadOnlyList<SafetensorsTensor> Tensors { get; }

    /// <summary>Whether the file holds a digest of itself; <see cref="VerifySeal"/> checks it.</summary>
    public bool IsSealed => _sealStart >= 0;

    /// <summary>The array called <paramref name="name"/>.</summary>
    /// <exception cref="SafetensorsException">There is none.</exception>
    public SafetensorsTensor this[string name] =>
        Find(name) ?? throw new SafetensorsException($"The file has no tensor {SafetensorsException.Quote(name)}; it holds {Tensors.Count} others.");

    /// <summary>Reads a file.</summary>
    /// <exception cref="SafetensorsException">It is not valid; the message names it.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsFile Read(string path)
    {
        using FileStream stream = File.OpenRead(path);
        try
        {
            return Read(stream);
        }
        catch (SafetensorsException error)
        {
            throw new SafetensorsException($"'{path}': {error.Message}", error);
        }
    }

    /// <summary>Reads a stream from where it stands to its end.</summary>
    /// <exception cref="SafetensorsException">It is not valid.</exception>
    public static SafetensorsFile Read(Stream stream)
    {
        ArgumentNullException.ThrowIfNull(stream);
        long length = stream.CanSeek ? stream.Length - stream.Position : 0;
        if (length > Array.MaxLength)
        {
            throw new SafetensorsException($"It holds {length} bytes; at most {Array.MaxLength} can be read.");
        }

        using var copy = new MemoryStream((int)length);
        stream.CopyTo(copy);
        return new SafetensorsFile(copy.GetBuffer().AsMemory(0, (int)copy.Length));
    }

    /// <summary>Opens a file whose arrays stay in it, mapped into memory, and are copied out when they are asked for. It is held open as long as it is in use.</summary>
    /// <exception cref="SafetensorsException">It is not valid.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static SafetensorsFile Map(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        var mapped = new MappedBytes(path);
        if (mapped.Length > Array.MaxLength)
        {
            throw new SafetensorsException($"It holds {mapped.Length} bytes; at most {Array.MaxLength} can be read.");
        }

        byte[] start = new byte[Math.Min(SafetensorsHeader.Prefix, mapped.Length)];
        mapped.Read(0, start);
        start = new byte[SafetensorsHeader.EndOf(start, mapped.Length)];
        mapped.Read(0, start);
        return new SafetensorsFile(SafetensorsHeader.Parse(start, (int)mapped.Length), mapped);
    }

    /// <summary>Reads bytes, which are not copied: they must not change as long as the file is in use.</summary>
    /// <exception cref="SafetensorsException">They are not valid.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The array called <paramref name="name"/>, or null.</summary>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Writes the bytes of the file, as they are.</summary>
    public void CopyTo(Stream target)
    {
        ArgumentNullException.ThrowIfNull(target);
        if (_mapped is null)
        {
            target.Write(_bytes.Span);
        }
        else
        {
            _mapped.CopyTo(0, _mapped.Length, (piece, count) => target.Write(piece, 0, count));
        }
    }

    /// <summary>Checks the digest that a <see cref="SafetensorsWriter"/> has put in: any other byte anywhere in the file is noticed.</summary>
    /// <exception cref="SafetensorsException">There is none, or it is not that of the file.</exception>
    public void VerifySeal()
    {
        if (!IsSealed)
        {
            throw new SafetensorsException($"The file carries no seal: its metadata need '{SafetensorsSeal.Key}', {SafetensorsSeal.Digits} hexadecimal digits.");
        }

        string digest = _mapped is null ? SafetensorsSeal.Digest(_bytes.Span, _sealStart) : SafetensorsSeal.Digest(_mapped, _sealStart);
        Span<byte> seal = stackalloc byte[SafetensorsSeal.Digits];
        if (_mapped is null)
        {
            _bytes.Span.Slice(_sealStart, seal.Length).CopyTo(seal);
        }
        else
        {
            _mapped.Read(_sealStart, seal);
        }

        if (!seal.SequenceEqual(Encoding.ASCII.GetBytes(digest)))
        {
            throw new SafetensorsException("The file was changed or damaged after it was written: its SHA-256 is not the one it carries.");
        }
    }
}
