using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Unicode;

namespace Pallium.Numerics;

/// <summary>The header of a safetensors file, read with every claim checked before it is used.</summary>
/// <remarks>
/// A file is: length n of the header, 8 bytes, little-endian; n bytes of JSON, beginning with a brace and padded with spaces;
/// the data, little-endian. The JSON maps each name to {"dtype", "shape", "data_offsets": [begin, end]}, offsets counting from
/// the start of the data, which the tensors cover without gap or overlap; "__metadata__" maps strings to strings.
/// Source: https://github.com/huggingface/safetensors, "Format".
/// </remarks>
internal sealed class SafetensorsHeader
{
    /// <summary>Bytes before the JSON.</summary>
    public const int Prefix = 8;

    /// <summary>The name that no tensor can have.</summary>
    public const string MetadataName = "__metadata__";

    private const ulong LongestHeader = 100_000_000;
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);
    private readonly List<Entry> _entries = [];

    private SafetensorsHeader(int start) => DataStart = start;

    /// <summary>What the header says of one tensor.</summary>
    public sealed record Entry(string Name, SafetensorsType Type, int[] Shape, int Begin, int End);

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <summary>The tensors, by place in the data.</summary>
    public IReadOnlyList<Entry> Entries => _entries;

    /// <summary>First byte of the data in the file.</summary>
    public int DataStart { get; }

    /// <summary>Where in the file the value of the metadata key <see cref="SafetensorsSeal.Key"/> lies, if it is <see cref="SafetensorsSeal.Digits"/> plain characters; else -1.</summary>
    public int SealStart { get; private set; } = -1;

    /// <summary>Reads the header of a whole file.</summary>
    /// <exception cref="SafetensorsException">Anything is not as the format says.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> file) => Parse(file, file.Length);

    /// <summary>Reads the header of a file of <paramref name="fileLength"/> bytes from its first ones, <see cref="EndOf"/> at the least.</summary>
    /// <exception cref="SafetensorsException">Anything is not as the format says.</exception>
    public static SafetensorsHeader Parse(ReadOnlySpan<byte> start, int fileLength)
    {
        var header = new SafetensorsHeader(EndOf(start, fileLength));
        header.ParseJson(start[Prefix..header.DataStart], fileLength - header.DataStart);
        header.CheckCover(fileLength - header.DataStart);
        return header;
    }

    /// <summary>Where the header ends, by the first <see cref="Prefix"/> bytes.</summary>
    /// <exception cref="SafetensorsException">The file is too short for it.</exception>
    public static int EndOf(ReadOnlySpan<byte> start, long fileLength)
    {
        if (fileLength < Prefix)
        {
            throw Invalid($"it has {fileLength} bytes, fewer than the {Prefix} of the header's length");
        }

        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(start);
        return length <= LongestHeader && length <= (ulong)(fileLength - Prefix)
            ? Prefix + (int)length
            : throw Invalid($"its header claims {length} bytes, but {fileLength - Prefix} follow and {LongestHeader} are allowed");
    }

    private static SafetensorsException Invalid(string what, Exception? inner = null) =>
        inner is null ? new($"Not a valid safetensors file: {what}.") : new($"Not a valid safetensors file: {what}.", inner);

    private static SafetensorsException Invalid(string tensor, string what) => Invalid($"tensor {SafetensorsException.Quote(tensor)} {what}");

    private void ParseJson(ReadOnlySpan<byte> json, int dataLength)
    {
        if (json.IsEmpty || json[0] != '{' || !Utf8.IsValid(json))
        {
            throw Invalid("its header is not a JSON object in UTF-8");
        }

        var reader = new Utf8JsonReader(json);
        try
        {
            reader.Read();
            var names = new HashSet<string>(StringComparer.Ordinal);
            while (NextName(ref reader) is string name)
            {
                if (!names.Add(name))
                {
                    throw Invalid($"the name {SafetensorsException.Quote(name)} occurs twice");
                }

                if (name == MetadataName)
                {
                    ParseMetadata(ref reader);
                }
                else
                {
                    _entries.Add(ParseEntry(ref reader, name, dataLength));
                }
            }

            // Anything but space after the object makes the reader throw.
            reader.Read();
        }
        catch (JsonException error)
        {
            throw Invalid($"its header is not JSON at byte {Prefix + reader.BytesConsumed}", error);
        }
    }

    private void ParseMetadata(ref Utf8JsonReader reader)
    {
        if (!NextIs(ref reader, JsonTokenType.StartObject))
        {
            throw Invalid("the metadata are not an object");
        }

        while (NextName(ref reader) is string key)
        {
            if (!NextIs(ref reader, JsonTokenType.String))
            {
                throw Invalid($"the metadata value of {SafetensorsException.Quote(key)} is not a string");
            }

            if (!_metadata.TryAdd(key, Text(ref reader)))
            {
                throw Invalid($"the metadata key {SafetensorsException.Quote(key)} occurs twice");
            }

            if (key == SafetensorsSeal.Key && !reader.ValueIsEscaped && reader.ValueSpan.Length == SafetensorsSeal.Digits)
            {
                SealStart = Prefix + (int)reader.TokenStartIndex + 1;
            }
        }
    }

    private static Entry ParseEntry(ref Utf8JsonReader reader, string name, int dataLength)
    {
        SafetensorsType? type = null;
        int[]? shape = null;
        int[]? offsets = null;
        if (!NextIs(ref reader, JsonTokenType.StartObject))
        {
            throw Invalid(name, "is not described by an object");
        }

        while (NextName(ref reader) is string field)
        {
            switch (field)
            {
                case "dtype" when type is null:
                    if (!NextIs(ref reader, JsonTokenType.String))
                    {
                        throw Invalid(name, "has a dtype that is not a string");
                    }

                    string text = Text(ref reader);
                    type = SafetensorsTypes.Parse(text)
                        ?? throw Invalid(name, $"has the dtype {SafetensorsException.Quote(text)}; U8, I8, I32, I64, BF16, F32 and F64 can be read");
                    break;
                case "shape" when shape is null:
                    shape = Integers(ref reader, name, field);
                    break;
                case "data_offsets" when offsets is null:
                    offsets = Integers(ref reader, name, field);
                    break;
                default:
                    throw Invalid(name, $"has a second or unknown field {SafetensorsException.Quote(field)}");
            }
        }

        if (type is null || shape is null || offsets is not [int begin, int end])
        {
            throw Invalid(name, "needs a dtype, a shape and two data_offsets");
        }

        if (begin > end || end > dataLength)
        {
            throw Invalid(name, $"has the data_offsets [{begin}, {end}], outside the {dataLength} bytes of data");
        }

        long? size = Size(shape, type.Value.Size());
        return size == end - begin
            ? new Entry(name, type.Value, shape, begin, end)
            : throw Invalid(name, $"needs {(size is null ? "too many" : size)} bytes by its shape and dtype, but its data_offsets hold {end - begin}");
    }

    /// <summary>Bytes of a shape, or null past what a file can hold.</summary>
    private static long? Size(int[] shape, int elementSize)
    {
        long size = elementSize;
        foreach (int extent in shape)
        {
            size *= extent;
            if (size > int.MaxValue)
            {
                return null;
            }
        }

        return size;
    }

    /// <summary>The tensors, sorted by place, follow each other from the first to the last byte.</summary>
    private void CheckCover(int dataLength)
    {
        _entries.Sort((a, b) => a.Begin != b.Begin ? a.Begin.CompareTo(b.Begin) : a.End != b.End ? a.End.CompareTo(b.End) : string.CompareOrdinal(a.Name, b.Name));
        int covered = 0;
        foreach (Entry entry in _entries)
        {
            if (entry.Begin != covered)
            {
                throw Invalid(entry.Name, $"begins at byte {entry.Begin} of the data where {covered} was expected, so that tensors overlap or leave a gap");
            }

            covered = entry.End;
        }

        if (covered != dataLength)
        {
            throw Invalid($"its tensors need {covered} bytes of data, but {dataLength} are there");
        }
    }

    /// <summary>The next property's name, or null at the end of the object.</summary>
    private static string? NextName(ref Utf8JsonReader reader)
    {
        reader.Read();
        return reader.TokenType == JsonTokenType.EndObject ? null : Text(ref reader);
    }

    private static bool NextIs(ref Utf8JsonReader reader, JsonTokenType token) => reader.Read() && reader.TokenType == token;

    private static string Text(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString()!;
        }
        catch (InvalidOperationException error)
        {
            // An escape that stands for half a character.
            throw Invalid($"a string in its header is not Unicode at byte {Prefix + reader.TokenStartIndex}", error);
        }
    }

    private static int[] Integers(ref Utf8JsonReader reader, string tensor, string field)
    {
        if (!NextIs(ref reader, JsonTokenType.StartArray))
        {
            throw Invalid(tensor, $"has a {field} that is not an array");
        }

        var numbers = new List<int>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.Number || !reader.TryGetInt32(out int number) || number < 0)
            {
                throw Invalid(tensor, $"has a {field} that is not made of integers from 0 to {int.MaxValue}");
            }

            numbers.Add(number);
        }

        return [.. numbers];
    }
}
