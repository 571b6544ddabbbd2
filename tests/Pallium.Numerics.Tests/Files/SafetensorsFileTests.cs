using System.Buffers.Binary;
using System.Text;

namespace Pallium.Numerics.Tests;

public sealed class SafetensorsFileTests
{

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void What_was_written_is_read(bool isSealed)
    {
        var rng = new Rng(1);
        var writer = new SafetensorsWriter { IsSealed = isSealed };
        var parameter = new Parameter<float>(3, 5);
        rng.Normal(parameter.Values, 1);
        writer.Add("trunk.0.w", parameter);
        writer.Add("double", [1.0, double.NaN, -0.0, double.Epsilon], 2, 2);
        writer.Add("scalar", [42L]);
        writer.Add("ints", [int.MinValue, 0, int.MaxValue], 3);
        writer.Add<byte>("bytes", [0, 255, 7], 1, 3, 1);
        writer.Add<sbyte>("signed", [-128, 0, 127], 3);
        writer.Add<BFloat16>("halves", [new(0x3F80), new(0xFFFF)], 2);
        writer.Add<float>("empty", [], 4, 0);
        writer.AddMetadata("", "a\n\"quoted\" \\ text: ünï\u0001 🧠");
        string folder = Directory.CreateTempSubdirectory().FullName;
        string path = Path.Combine(folder, "a.safetensors");
        writer.Save(path);
        SafetensorsFile file = SafetensorsFile.Read(path);
        Directory.Delete(folder, recursive: true);

        Assert.Equal(isSealed, file.IsSealed);
        Assert.Equal("a\n\"quoted\" \\ text: ünï\u0001 🧠", file.Metadata[""]);
        Assert.Equal(parameter.Values.ToArray(), file["trunk.0.w"].Values<float>().ToArray());
        Assert.Equal([3, 5], file["trunk.0.w"].Shape);
        Assert.Equal(
            new[] { 1.0, double.NaN, -0.0, double.Epsilon }.Select(BitConverter.DoubleToInt64Bits),
            file["double"].Values<double>().ToArray().Select(BitConverter.DoubleToInt64Bits));
        Assert.Equal(42, file["scalar"].Values<long>()[0]);
        Assert.Empty(file["scalar"].Shape);
        Assert.Equal([int.MinValue, 0, int.MaxValue], file["ints"].Values<int>().ToArray());
        Assert.Equal([0, 255, 7], file["bytes"].Values<byte>().ToArray());
        Assert.Equal(0, file["empty"].Length);
        Assert.Equal([-128, 0, 127], file["signed"].Values<sbyte>().ToArray());
        Assert.Equal([new(0x3F80), new(0xFFFF)], file["halves"].Values<BFloat16>().ToArray());
        Assert.Equal(8, file.Tensors.Count);
        Assert.Null(file.Find("other"));
        if (isSealed)
        {
            file.VerifySeal();
        }
        else
        {
            Assert.Contains("no seal", Assert.Throws<SafetensorsException>(file.VerifySeal).Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_tensor_of_another_name_type_or_shape_is_refused_by_name()
    {
        SafetensorsFile file = Small();
        Assert.Contains("'x'", Assert.Throws<SafetensorsException>(() => file["x"]).Message, StringComparison.Ordinal);
        Assert.Contains("'w' holds F64; F32", Assert.Throws<SafetensorsException>(() => file["w"].Values<float>()[0]).Message, StringComparison.Ordinal);
        Assert.Contains("[2, 3]; [3, 2]", Fault(() => file["w"].CopyTo(new Parameter<float>(3, 2))), StringComparison.Ordinal);
        Assert.Contains("6 numbers; 5", Fault(() => file["w"].CopyTo(new float[5].AsSpan())), StringComparison.Ordinal);
        Assert.Contains("'n' holds I32", Fault(() => file["n"].CopyTo(new float[1].AsSpan())), StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => file["w"].Values<short>()[0]);
    }

    [Fact]
    public void Floating_point_numbers_are_converted_on_request()
    {
        float[] single = new float[6];
        Small()["w"].CopyTo<float>(single);
        var parameter = new Parameter<double>(2, 3);
        Small()["w"].CopyTo(parameter);

        Assert.Equal([0.1f, 1, 2, 3, 4, 5], single);
        Assert.Equal([0.1, 1, 2, 3, 4, 5], parameter.Values.ToArray());
    }

    [Fact]
    public void A_stream_is_read_from_where_it_stands()
    {
        byte[] bytes = SmallBytes();
        using var stream = new MemoryStream([9, 9, .. bytes]);
        stream.Position = 2;
        Assert.Equal(2, SafetensorsFile.Read(stream).Tensors.Count);
    }

    [Fact]
    public void A_broken_file_is_named()
    {
        string path = Path.GetTempFileName();
        File.WriteAllText(path, "not a model");
        string message = Fault(() => SafetensorsFile.Read(path));
        File.Delete(path);
        Assert.StartsWith($"'{path}': Not a valid safetensors file", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{}""", 0)]
    [InlineData("""{"__metadata__":{}}""", 0)]
    [InlineData("""{"a":{"data_offsets":[0,4],"shape":[1],"dtype":"F32"}}""", 4)]
    [InlineData("""{"a":{"dtype":"F32","shape":[0,7],"data_offsets":[4,4]},"b":{"dtype":"F32","shape":[],"data_offsets":[0,4]},"c":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 4)]
    [InlineData("""{ "\u0061" : {"dtype":"U8", "shape":[2,1], "data_offsets":[0,2]} }   """, 2)]
    public void Unusual_but_valid_files_are_read(string json, int data) => SafetensorsFile.Parse(Assemble(json, data));

    [Theory]
    [InlineData("", 0, "JSON object")]
    [InlineData(" {}", 0, "JSON object")]
    [InlineData("[]", 0, "JSON object")]
    [InlineData("{}x", 0, "not JSON")]
    [InlineData("{}{}", 0, "not JSON")]
    [InlineData("{", 0, "not JSON")]
    [InlineData("""{"a":1,}""", 0, "'a' is not described by an object")]
    [InlineData("""{"__metadata__":[]}""", 0, "metadata are not an object")]
    [InlineData("""{"__metadata__":{"k":1}}""", 0, "'k' is not a string")]
    [InlineData("""{"__metadata__":{"k":"","k":""}}""", 0, "'k' occurs twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{}}""", 0, "'__metadata__' occurs twice")]
    [InlineData("""{"__metadata__":{"k":"\ud800"}}""", 0, "not Unicode")]
    [InlineData("""{"\udc00":{}}""", 0, "not Unicode")]
    [InlineData("""{"a":{"dtype":"U8","shape":[0],"data_offsets":[0,0]},"\u0061":{"dtype":"U8","shape":[0],"data_offsets":[0,0]}}""", 0, "'a' occurs twice")]
    [InlineData("""{"a":{"dtype":"BF16","shape":[3],"data_offsets":[0,4]}}""", 4, "needs 6 bytes")]
    [InlineData("""{"a":{"dtype":"I8","shape":[3],"data_offsets":[0,4]}}""", 4, "needs 3 bytes")]
    [InlineData("""{"a":{"dtype":"F16","shape":[1],"data_offsets":[0,2]}}""", 2, "dtype 'F16'")]
    [InlineData("""{"a":{"dtype":1,"shape":[1],"data_offsets":[0,2]}}""", 2, "dtype that is not a string")]
    [InlineData("""{"a":{"dtype":"U8","shape":1,"data_offsets":[0,2]}}""", 2, "shape that is not an array")]
    [InlineData("""{"a":{"dtype":"U8","shape":[-1,-2],"data_offsets":[0,2]}}""", 2, "shape that is not made of integers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2.0],"data_offsets":[0,2]}}""", 2, "shape that is not made of integers")]
    [InlineData("""{"a":{"dtype":"U8","shape":["2"],"data_offsets":[0,2]}}""", 2, "shape that is not made of integers")]
    [InlineData("""{"a":{"dtype":"U8","shape":[4294967298],"data_offsets":[0,2]}}""", 2, "shape that is not made of integers")]
    [InlineData("""{"a":{"dtype":"F64","shape":[2147483647,2147483647,2147483647,4],"data_offsets":[0,2]}}""", 2, "too many bytes")]
    [InlineData("""{"a":{"dtype":"F64","shape":[536870912,1],"data_offsets":[0,0]}}""", 0, "too many bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}""", 4, "needs 8 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,8]}}""", 8, "two data_offsets")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}""", 4, "[4, 0]")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 3, "outside the 3 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 5, "need 4 bytes of data, but 5")]
    [InlineData("""{}""", 1, "need 0 bytes of data, but 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[1,5]}}""", 5, "begins at byte 1")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1]}}""", 4, "two data_offsets")]
    [InlineData("""{"a":{"shape":[1],"data_offsets":[0,4]}}""", 4, "needs a dtype")]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}""", 4, "'dtype'")]
    [InlineData("""{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"more":0}}""", 4, "'more'")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}}""", 3, "overlap or leave a gap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[0,2]}}""", 2, "overlap or leave a gap")]
    [InlineData("""{"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"b":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}""", 5, "overlap or leave a gap")]
    public void Each_fault_is_said_in_a_sentence(string json, int data, string expected)
    {
        string message = Fault(() => SafetensorsFile.Parse(Assemble(json, data)));
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.EndsWith(".", message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0UL, 0)]
    [InlineData(0UL, 7)]
    [InlineData(3UL, 10)]
    [InlineData(ulong.MaxValue, 10)]
    [InlineData(1UL << 63, 10)]
    [InlineData(100_000_001UL, 10)]
    public void Lengths_that_do_not_fit_the_file_are_refused(ulong headerLength, int fileLength)
    {
        byte[] bytes = [.. BitConverter.GetBytes(headerLength), .. "{}"u8];
        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(bytes.AsMemory(0, fileLength)));
    }

    [Fact]
    public void A_header_that_is_not_UTF8_is_refused()
    {
        byte[] bytes = Assemble("""{"__metadata__":{"k":"xx"}}""", 0);
        bytes[bytes.AsSpan().IndexOf("xx"u8)] = 0xff;
        Assert.Contains("UTF-8", Fault(() => SafetensorsFile.Parse(bytes)), StringComparison.Ordinal);
    }

    [Fact]
    public void A_hostile_name_does_not_spoil_the_message()
    {
        string message = Fault(() => SafetensorsFile.Parse(Assemble($$"""{"\u001b[31m{{new string('x', 10_000)}}":0}""", 0)));
        Assert.DoesNotContain('\u001b', message);
        Assert.True(message.Length < 200);
    }

    [Fact]
    public void Every_change_of_one_byte_of_a_sealed_file_is_noticed()
    {
        byte[] bytes = SmallBytes();
        SafetensorsFile.Parse(bytes).VerifySeal();
        byte[] changed = [.. bytes];
        for (int i = 0; i < bytes.Length; i++)
        {
            // Every bit; in the long form every other value.
            for (int difference = 1; difference < 256; difference = LongForm.IsWanted ? difference + 1 : 2 * difference)
            {
                changed[i] = (byte)(bytes[i] ^ difference);
                Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(changed).VerifySeal());
            }

            changed[i] = bytes[i];
        }
    }

    [Fact]
    public void A_sealed_file_that_was_cut_or_has_more_is_noticed()
    {
        byte[] bytes = SmallBytes();
        for (int length = 0; length < bytes.Length; length++)
        {
            Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(bytes.AsMemory(0, length)).VerifySeal());
        }

        Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse((byte[])[.. bytes, 0]));
    }

    [Fact]
    public void A_seal_in_escapes_or_upper_case_does_not_count()
    {
        string text = Encoding.Latin1.GetString(SmallBytes());
        int start = text.IndexOf("sha256\":\"", StringComparison.Ordinal) + 9;
        string digest = text.Substring(start, 64);
        Assert.Throws<SafetensorsException>(() => Parse(digest.ToUpperInvariant()));
        Assert.Throws<SafetensorsException>(() => Parse($"\\u{(int)digest[0]:x4}" + digest[6..]));

        void Parse(string other) => SafetensorsFile.Parse(Encoding.Latin1.GetBytes(text.Replace(digest, other, StringComparison.Ordinal))).VerifySeal();
    }

    [Fact]
    public void Any_bytes_give_a_file_or_the_documented_error_in_little_memory()
    {
        byte[] seed = SmallBytes();
        string[] tokens =
        [
            "{", "}", "[", "]", ",", ":", "\"", "-1", "1e9", "2147483647", "9223372036854775808", "0", "null", "\\u0000", "\\ud800", "F32", "F64", "U8",
            "\"shape\"", "\"dtype\"", "\"data_offsets\"", "\"__metadata__\"", "\"w\"", "{\"w\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}",
        ];
        var rng = new Rng(3);
        int valid = 0;
        int mutants = LongForm.IsWanted ? 100_000 : 2_000;
        for (int i = 0; i < mutants; i++)
        {
            byte[] mutant = Mutate(ref rng, seed, tokens);
            long before = GC.GetAllocatedBytesForCurrentThread();
            try
            {
                SafetensorsFile file = SafetensorsFile.Parse(mutant);
                valid++;
                file.VerifySeal();
            }
            catch (SafetensorsException)
            {
            }

            Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000 + (64 * mutant.Length));
        }

        // Some mutants must get past the parser, or the mutations were too coarse to test it.
        Assert.InRange(valid, mutants / 100, mutants);
    }

    [Fact]
    public void The_memory_for_many_small_tensors_is_in_proportion_to_the_file()
    {
        string json = "{" + string.Join(",", Enumerable.Range(0, 50_000).Select(i => $$"""{{i}}:{"dtype":"U8","shape":[0],"data_offsets":[0,0]}""".Replace($"{i}:", $"\"{i}\":", StringComparison.Ordinal))) + "}";
        byte[] bytes = Assemble(json, 0);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(50_000, SafetensorsFile.Parse(bytes).Tensors.Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 20L * bytes.Length);
    }

    [Fact]
    public void Golden_files_are_read()
    {
        string[] files = Repository.GoldenFiles();
        Assert.SkipWhen(files.Length == 0, "No golden files found; PALLIUM_GOLDEN names their folder.");
        foreach (string path in files)
        {
            SafetensorsFile file = SafetensorsFile.Read(path);
            Assert.StartsWith($"{file.Metadata["case"]}_{file.Metadata["variant"]}", Path.GetFileName(path), StringComparison.Ordinal);
            Assert.NotEmpty(file.Tensors);
            foreach (SafetensorsTensor tensor in file.Tensors.Where(tensor => tensor.Name.StartsWith("grad/", StringComparison.Ordinal)))
            {
                Assert.Equal(file[tensor.Name["grad/".Length..]].Shape, tensor.Shape);
                Assert.All(tensor.Values<double>().ToArray(), value => Assert.True(double.IsFinite(value)));
            }
        }
    }

    private static string Fault(Action action) => Assert.Throws<SafetensorsException>(action).Message;

    private static SafetensorsFile Small() => SafetensorsFile.Parse(SmallBytes());

    private static byte[] SmallBytes()
    {
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.AddMetadata("format_version", "1");
        writer.Add("w", [0.1, 1, 2, 3, 4, 5], 2, 3);
        writer.Add("n", [5]);
        return writer.ToArray();
    }

    private static byte[] Assemble(string json, int data)
    {
        byte[] header = Encoding.UTF8.GetBytes(json);
        byte[] file = new byte[8 + header.Length + data];
        BinaryPrimitives.WriteInt64LittleEndian(file, header.Length);
        header.CopyTo(file, 8);
        return file;
    }

    /// <summary>One to four edits: bits, bytes, cuts, repeats, tokens of the format; the header's length is mended three times in four.</summary>
    private static byte[] Mutate(ref Rng rng, byte[] seed, string[] tokens)
    {
        var bytes = seed.ToList();
        int headerEnd = 8 + (int)BinaryPrimitives.ReadInt64LittleEndian(seed);
        for (int edits = 1 + rng.Below(4); edits > 0; edits--)
        {
            int before = bytes.Count;
            int place = rng.Below(bytes.Count);
            switch (rng.Below(6))
            {
                case 0:
                    bytes[place] ^= (byte)(1 << rng.Below(8));
                    break;
                case 1:
                    bytes[place] = (byte)rng.Below(256);
                    break;
                case 2:
                    bytes.RemoveRange(place, Math.Min(1 + rng.Below(8), bytes.Count - place));
                    break;
                case 3:
                    bytes.InsertRange(place, bytes.GetRange(place, Math.Min(1 + rng.Below(32), bytes.Count - place)));
                    break;
                case 4:
                    bytes.InsertRange(place, Encoding.UTF8.GetBytes(tokens[rng.Below(tokens.Length)]));
                    break;
                default:
                    // A digit of a length, shape or offset.
                    int digit = bytes.FindIndex(place, value => value is >= (byte)'0' and <= (byte)'9');
                    bytes[digit < 0 ? place : digit] = (byte)('0' + rng.Below(10));
                    break;
            }

            headerEnd += place < headerEnd ? bytes.Count - before : 0;
            if (bytes.Count == 0)
            {
                return [];
            }
        }

        byte[] mutant = [.. bytes];
        if (mutant.Length >= 8 && rng.Below(4) > 0)
        {
            BinaryPrimitives.WriteInt64LittleEndian(mutant, headerEnd - 8);
        }

        return mutant;
    }
}
