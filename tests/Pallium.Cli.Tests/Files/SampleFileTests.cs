namespace Pallium.Cli.Tests;

public sealed class SampleFileTests : IDisposable
{
    private static readonly CellAddress[] Asked = [new(0, 1), new(3, -2)];
    private static readonly double[][] Samples = [[0.25, 0], [1e-7, 2]];
    private readonly TestFolder _folder = new();

    [Fact]
    public void Csv_has_a_column_for_each_cell()
    {
        SampleFile.Write(_folder.At("s.csv"), Fabricated.Schema, Asked, Samples);
        Assert.Equal("rain@+1,kind@-2\n0.25,dry <&>\n1E-07,[red]\n", _folder.Read("s.csv"));
    }

    [Fact]
    public void What_a_reader_could_mistake_stands_in_quotes()
    {
        var schema = new FrameSchema([new Channel("a, \"b\"", ChannelKind.Categorical) { Categories = ["x,y", "z"] }]);
        SampleFile.Write(_folder.At("s.csv"), schema, [new(0, 1)], [[0], [1]]);
        Assert.Equal("\"\"\"a, \"\"\"\"b\"\"\"\"\"\"@+1\"\n\"x,y\"\nz\n", _folder.Read("s.csv"));
    }

    [Fact]
    public void Json_has_a_line_for_each_draw()
    {
        SampleFile.Write(_folder.At("s.jsonl"), Fabricated.Schema, Asked, Samples);
        Assert.Equal("{\"rain@+1\":0.25,\"kind@-2\":\"dry <&>\"}\n{\"rain@+1\":1E-07,\"kind@-2\":\"[red]\"}\n", _folder.Read("s.jsonl"));
    }

    public void Dispose() => _folder.Dispose();
}
