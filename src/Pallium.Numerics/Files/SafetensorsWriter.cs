using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Pallium.Numerics;

/// <summary>Collects named arrays and string metadata, and writes them in the safetensors format.</summary>
/// <remarks>
/// The same content gives the same bytes, in whatever order it came: metadata by key, then arrays by size of element, largest
/// first (which aligns each), then by name. The header ends on a multiple of 8 bytes.
/// </remarks>
public sealed class SafetensorsWriter
{
    private const int Alignment = 8;

    // Quotes inside metadata stay readable as \" instead of \u0022; the header is no part of a web page.
    private static readonly JsonWriterOptions JsonOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
    // Refuses half a character, which JSON cannot carry.
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);
    private readonly SortedDictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly Dictionary<string, (SafetensorsType Type, int[] Shape, byte[] Bytes)> _tensors = new(StringComparer.Ordinal);

    /// <summary>Whether the file carries a digest of itself under the metadata key <c>sha256</c>, for <see cref="SafetensorsFile.VerifySeal"/>.</summary>
    public bool IsSealed { get; init; }

    /// <summary>Adds a pair of strings.</summary>
    /// <exception cref="ArgumentException">The key is there already or kept for the seal, or a string is not Unicode.</exception>
    public void AddMetadata(string key, string value)
    {
        StrictUtf8.GetByteCount(key);
        StrictUtf8.GetByteCount(value);
        if ((IsSealed && key == SafetensorsSeal.Key) || !_metadata.TryAdd(key, value))
        {
            throw new ArgumentException($"The metadata key {SafetensorsException.Quote(key)} is taken.", nameof(key));
        }
    }

    /// <summary>Adds a copy of an array of byte, sbyte, int, long, <see cref="BFloat16"/>, float or double.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="values">Its elements, row-major.</param>
    /// <param name="shape">Extent of each axis; none for a single number.</param>
    /// <exception cref="ArgumentException">The name is taken or not Unicode, or the shape has another number of elements.</exception>
    /// <exception cref="NotSupportedException">The type has no place in the format.</exception>
    public void Add<T>(string name, ReadOnlySpan<T> values, params ReadOnlySpan<int> shape)
        where T : unmanaged
    {
        StrictUtf8.GetByteCount(name);
        BigInteger expected = BigInteger.One;
        foreach (int extent in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(extent, nameof(shape));
            expected *= extent;
        }

        if (expected != values.Length)
        {
            throw new ArgumentException($"Tensor {SafetensorsException.Quote(name)} has {values.Length} elements, but its shape asks for {expected}.", nameof(shape));
        }

        byte[] bytes = MemoryMarshal.AsBytes(values).ToArray();
        if (name == SafetensorsHeader.MetadataName || !_tensors.TryAdd(name, (SafetensorsTypes.Of<T>(), shape.ToArray(), bytes)))
        {
            throw new ArgumentException($"The tensor name {SafetensorsException.Quote(name)} is taken.", nameof(name));
        }
    }

    /// <summary>Adds a copy of a parameter's values.</summary>
    /// <exception cref="ArgumentException">The name is taken.</exception>
    public void Add<T>(string name, Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        Add<T>(name, parameter.Values, [.. parameter.Shape]);
    }

    /// <summary>Writes the file aside and moves it into place: a reader sees the old file or the whole new one.</summary>
    /// <exception cref="IOException">It cannot be written; the old file is untouched.</exception>
    public void Save(string path)
    {
        byte[] bytes = ToArray();
        AtomicFile.Write(path, stream => stream.Write(bytes));
    }

    /// <summary>The bytes of the file.</summary>
    public byte[] ToArray()
    {
        var tensors = _tensors.OrderByDescending(tensor => tensor.Value.Type.Size()).ThenBy(tensor => tensor.Key, StringComparer.Ordinal).ToList();
        ReadOnlySpan<byte> header = Header(tensors);
        int padded = (header.Length + Alignment - 1) / Alignment * Alignment;
        byte[] file = new byte[checked(SafetensorsHeader.Prefix + padded + tensors.Sum(tensor => tensor.Value.Bytes.Length))];
        BinaryPrimitives.WriteInt64LittleEndian(file, padded);
        header.CopyTo(file.AsSpan(SafetensorsHeader.Prefix));
        file.AsSpan(SafetensorsHeader.Prefix + header.Length, padded - header.Length).Fill((byte)' ');
        int start = SafetensorsHeader.Prefix + padded;
        foreach ((SafetensorsType _, int[] _, byte[] bytes) in tensors.Select(tensor => tensor.Value))
        {
            bytes.CopyTo(file, start);
            start += bytes.Length;
        }

        if (IsSealed)
        {
            int seal = SafetensorsHeader.Parse(file).SealStart;
            Encoding.ASCII.GetBytes(SafetensorsSeal.Digest(file, seal), file.AsSpan(seal));
        }

        return file;
    }

    private ReadOnlySpan<byte> Header(List<KeyValuePair<string, (SafetensorsType Type, int[] Shape, byte[] Bytes)>> tensors)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer, JsonOptions);
        json.WriteStartObject();
        if (_metadata.Count > 0 || IsSealed)
        {
            json.WriteStartObject(SafetensorsHeader.MetadataName);
            foreach ((string key, string value) in _metadata)
            {
                json.WriteString(key, value);
            }

            if (IsSealed)
            {
                json.WriteString(SafetensorsSeal.Key, new string('0', SafetensorsSeal.Digits));
            }

            json.WriteEndObject();
        }

        long begin = 0;
        foreach ((string name, (SafetensorsType type, int[] shape, byte[] bytes)) in tensors)
        {
            json.WriteStartObject(name);
            json.WriteString("dtype", type.Name());
            WriteNumbers(json, "shape", [.. shape]);
            WriteNumbers(json, "data_offsets", begin, begin + bytes.Length);
            json.WriteEndObject();
            begin += bytes.Length;
        }

        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenSpan;
    }

    private static void WriteNumbers(Utf8JsonWriter json, string name, params ReadOnlySpan<long> numbers)
    {
        json.WriteStartArray(name);
        foreach (long number in numbers)
        {
            json.WriteNumberValue(number);
        }

        json.WriteEndArray();
    }
}
