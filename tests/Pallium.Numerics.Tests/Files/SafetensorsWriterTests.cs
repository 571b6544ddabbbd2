using System.Buffers.Binary;
using System.Text;

namespace Pallium.Numerics.Tests;

public sealed class SafetensorsWriterTests
{
    [Fact]
    public void The_bytes_are_those_of_the_format()
    {
        var writer = new SafetensorsWriter();
        writer.Add("b", [1.5f, -2f], 2, 1);
        writer.Add<long>("a", [7]);
        writer.AddMetadata("z", "\"é\"");
        byte[] file = writer.ToArray();

        const string Header = """{"__metadata__":{"z":"\"é\""},"a":{"dtype":"I64","shape":[],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2,1],"data_offsets":[8,16]}}""";
        int length = (int)BinaryPrimitives.ReadInt64LittleEndian(file);
        Assert.Equal(0, length % 8);
        Assert.Equal(Header, Encoding.UTF8.GetString(file, 8, length).TrimEnd(' '));
        Assert.Equal("0700000000000000" + "0000c03f" + "000000c0", Convert.ToHexStringLower(file[(8 + length)..]));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void The_order_of_adding_does_not_show(bool isSealed)
    {
        string[] names = ["c", "a", "ä", "B", "b"];
        Assert.Equal(Bytes(names), Bytes([.. names.Reverse()]));

        byte[] Bytes(string[] order)
        {
            var writer = new SafetensorsWriter { IsSealed = isSealed };
            foreach (string name in order)
            {
                writer.AddMetadata(name, name + name);
                writer.Add<byte>(name + "1", [1, 2, 3], 3);
                writer.Add<double>(name + "8", [1, 2], 2);
            }

            return writer.ToArray();
        }
    }

    [Fact]
    public void Content_that_has_no_place_is_refused()
    {
        var writer = new SafetensorsWriter { IsSealed = true };
        writer.Add<int>("a", [1]);
        writer.AddMetadata("a", "");
        Assert.Throws<ArgumentException>(() => writer.Add<int>("a", [1]));
        Assert.Throws<ArgumentException>(() => writer.Add<int>("__metadata__", [1]));
        Assert.Throws<ArgumentException>(() => writer.Add<int>("b", [1, 2], 3));
        Assert.Throws<ArgumentException>(() => writer.Add<int>("b", [], 1 << 30, 1 << 30, 1 << 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => writer.Add<int>("b", [1], -1, -1));
        Assert.Throws<NotSupportedException>(() => writer.Add<short>("b", [1], 1));
        Assert.ThrowsAny<ArgumentException>(() => writer.Add<int>("\ud800", [1]));
        Assert.Throws<ArgumentException>(() => writer.AddMetadata("a", ""));
        Assert.Throws<ArgumentException>(() => writer.AddMetadata("sha256", ""));
        Assert.ThrowsAny<ArgumentException>(() => writer.AddMetadata("b", "\udc00"));
        Assert.Equal("a", Assert.Single(SafetensorsFile.Parse(writer.ToArray()).Tensors).Name);
    }
}
