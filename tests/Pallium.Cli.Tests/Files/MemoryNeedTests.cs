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

    [Theory]
    [InlineData(1_000, 5, 106)]
    [InlineData(3_000, 33, 198)]
    [InlineData(17_420, 8, 156)]
    [InlineData(31_250, 33, 329)]
    [InlineData(125_000, 9, 308)]
    [InlineData(250_000, 5, 313)]
    public void What_is_announced_is_a_little_more_than_what_was_measured(long rows, int columns, int megabytes) =>
        Assert.InRange(new MemoryNeed(rows, columns).Bytes / (double)(1 << 20), megabytes, 1.3 * megabytes);

    [Fact]
    public void Of_what_is_no_file_nothing_is_known() => Assert.Null(MemoryNeed.Guess("-"));

    public void Dispose() => _folder.Dispose();
}
