using System.Buffers.Binary;

namespace Pallium.Cli.Tests;

public sealed class ModelFileTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Fact]
    public void Safetensors_are_a_model_whatever_their_name()
    {
        byte[] bytes = new byte[64];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, 40);
        bytes[8] = (byte)'{';
        File.WriteAllBytes(_folder.At("weights.bin"), bytes);
        Assert.True(ModelFile.IsModel(_folder.At("weights.bin")));
    }

    [Theory]
    [InlineData("time,level\n1,2\n")]
    [InlineData("{\"time\":1,\"level\":2}\n")]
    [InlineData("")]
    public void Text_is_no_model(string text) => Assert.False(ModelFile.IsModel(_folder.At(_folder.Write("data.csv", text))));

    [Fact]
    public void A_broken_file_that_is_called_a_model_is_one() => Assert.True(ModelFile.IsModel(_folder.At(_folder.Write("broken.pallium", "x"))));

    [Fact]
    public void A_file_that_does_not_exist_says_how_to_make_one() => Assert.Contains(
        "found no such file, expected a model (pallium learn DATA.csv -o",
        Assert.Throws<InputException>(() => ModelFile.Load(_folder.At("none.pallium"))).Message, StringComparison.Ordinal);

    [Fact]
    public void Data_in_place_of_a_model_are_refused() => Assert.Contains(
        "found data, expected a model", Assert.Throws<InputException>(() => ModelFile.Load(_folder.At(_folder.Write("data.csv", "a,b\n")))).Message, StringComparison.Ordinal);

    public void Dispose() => _folder.Dispose();
}
