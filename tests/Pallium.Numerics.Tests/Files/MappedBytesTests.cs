namespace Pallium.Numerics.Tests;

public sealed class MappedBytesTests : IDisposable
{
    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");

    [Fact]
    public void A_mapped_file_holds_what_the_same_file_holds_when_it_is_read()
    {
        byte[] bytes = Sample();
        File.WriteAllBytes(_path, bytes);
        SafetensorsFile read = SafetensorsFile.Parse(bytes);
        SafetensorsFile mapped = SafetensorsFile.Map(_path);
        mapped.VerifySeal();
        Assert.Equal(read.Metadata, mapped.Metadata);
        Assert.Equal(
            read.Tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Length, string.Join(',', tensor.Shape))),
            mapped.Tensors.Select(tensor => (tensor.Name, tensor.Type, tensor.Length, string.Join(',', tensor.Shape))));
        Assert.Equal(read["w"].Values<float>(), mapped["w"].Values<float>());
        Assert.Equal(read["codes"].Values<byte>(), mapped["codes"].Values<byte>());
        var single = new float[6];
        var wide = new double[6];
        mapped["w"].CopyTo<float>(single);
        mapped["w"].CopyTo<double>(wide);
        Assert.Equal(read["w"].Values<float>(), single);
        Assert.Equal(single.Select(value => (double)value), wide);
        Assert.Contains("F64 was expected", Assert.Throws<SafetensorsException>(() => mapped["w"].Values<double>().Length).Message, StringComparison.Ordinal);
        using var copy = new MemoryStream();
        mapped.CopyTo(copy);
        Assert.Equal(bytes, copy.ToArray());
    }

    [Fact]
    public void Any_byte_changed_or_missing_is_noticed_as_it_is_when_the_file_is_read()
    {
        byte[] bytes = Sample();
        for (int at = 0; at < bytes.Length; at += 7)
        {
            byte[] changed = [.. bytes];
            changed[at] ^= 4;
            Refused(changed);
            Refused(bytes[..at]);
        }

        void Refused(byte[] broken)
        {
            File.WriteAllBytes(_path, broken);
            string read = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Parse(broken).VerifySeal()).Message;
            string mapped = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Map(_path).VerifySeal()).Message;
            Assert.True(read == mapped || broken.Length == 0, $"{read} | {mapped}");
        }
    }

    [Fact]
    public void A_file_that_is_not_there_is_told() => Assert.Throws<FileNotFoundException>(() => SafetensorsFile.Map(_path));

    public void Dispose() => File.Delete(_path);

    private static byte[] Sample()
    {
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.AddMetadata("what", "sample");
        writer.Add<float>("w", [1.5f, -2, 0, float.Epsilon, 1e30f, 7], 2, 3);
        writer.Add<byte>("codes", [1, 2, 3], 3);
        writer.Add<double>("none", [], 0);
        return writer.ToArray();
    }
}
