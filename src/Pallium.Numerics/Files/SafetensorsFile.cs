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
    private readonly int _sealStart;
    private readonly Dictionary<string, SafetensorsTensor> _byName;

    private SafetensorsFile(ReadOnlyMemory<byte> bytes)
    {
        _bytes = bytes;
        SafetensorsHeader header = SafetensorsHeader.Parse(bytes.Span);
        _sealStart = header.SealStart;
        Metadata = header.Metadata;
        ReadOnlyMemory<byte> data = bytes[header.DataStart..];
        Tensors = [.. header.Entries.Select(entry => new SafetensorsTensor(entry.Name, entry.Type, entry.Shape, data[entry.Begin..entry.End]))];
        _byName = Tensors.ToDictionary(tensor => tensor.Name, StringComparer.Ordinal);
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

    /// <summary>Reads bytes, which are not copied: they must not change as long as the file is in use.</summary>
    /// <exception cref="SafetensorsException">They are not valid.</exception>
    public static SafetensorsFile Parse(ReadOnlyMemory<byte> bytes) => new(bytes);

    /// <summary>The array called <paramref name="name"/>, or null.</summary>
    public SafetensorsTensor? Find(string name) => _byName.GetValueOrDefault(name);

    /// <summary>Checks the digest that a <see cref="SafetensorsWriter"/> has put in: any other byte anywhere in the file is noticed.</summary>
    /// <exception cref="SafetensorsException">There is none, or it is not that of the file.</exception>
    public void VerifySeal()
    {
        if (!IsSealed)
        {
            throw new SafetensorsException($"The file carries no seal: its metadata need '{SafetensorsSeal.Key}', {SafetensorsSeal.Digits} hexadecimal digits.");
        }

        string digest = SafetensorsSeal.Digest(_bytes.Span, _sealStart);
        if (!_bytes.Span.Slice(_sealStart, SafetensorsSeal.Digits).SequenceEqual(Encoding.ASCII.GetBytes(digest)))
        {
            throw new SafetensorsException("The file was changed or damaged after it was written: its SHA-256 is not the one it carries.");
        }
    }
}
