using System.IO.Compression;

namespace Pallium.Cli.Tests;

public sealed class MemoryNeedTests : IDisposable
{
    private readonly TestFolder _folder = new();

    [Theory]
    [InlineData(100)]
    [InlineData(20000)]
    public void Rows_and_columns_are_guessed_from_the_start_of_the_file(int rows)
    {
        MemoryNeed need = MemoryNeed.Guess(_folder.At(_folder.Write("data.csv", LearnedModel.Csv(0, rows))))!;
        Assert.Equal(5, need.Columns);
        Assert.InRange(need.Rows, 0.95 * rows, 1.05 * rows);
    }

    [Fact]
    public void A_gzip_file_is_measured_unpacked()
    {
        const int Rows = 5000;
        using (var stream = new GZipStream(File.Create(_folder.At("data.csv.gz")), CompressionLevel.Fastest))
        using (var text = new StreamWriter(stream))
        {
            text.Write(LearnedModel.Csv(0, Rows));
        }

        Assert.InRange(MemoryNeed.Guess(_folder.At("data.csv.gz"))!.Rows, 0.95 * Rows, 1.05 * Rows);
    }

    [Fact]
    public void Of_what_is_no_file_nothing_is_known() => Assert.Null(MemoryNeed.Guess("-"));

    public void Dispose() => _folder.Dispose();
}
