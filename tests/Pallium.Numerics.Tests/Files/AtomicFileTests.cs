namespace Pallium.Numerics.Tests;

public sealed class AtomicFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory();

    private string Target => Path.Combine(_folder.FullName, "model");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_file_is_made_and_then_replaced()
    {
        AtomicFile.Write(Target, stream => stream.Write([1, 2, 3]));
        AtomicFile.Write(Target, stream => stream.Write([4]));

        Assert.Equal([4], File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void A_failure_leaves_the_old_file_whole_and_nothing_beside_it()
    {
        File.WriteAllBytes(Target, [1, 2, 3]);
        Assert.Throws<OperationCanceledException>(() => AtomicFile.Write(Target, stream =>
        {
            stream.Write(new byte[100_000]);
            throw new OperationCanceledException();
        }));

        Assert.Equal([1, 2, 3], File.ReadAllBytes(Target));
        Assert.Equal([Target], Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void A_path_that_cannot_be_written_is_an_IO_error_and_leaves_nothing()
    {
        Directory.CreateDirectory(Target);
        Assert.ThrowsAny<SystemException>(() => AtomicFile.Write(Target, stream => stream.WriteByte(1)));
        Assert.Throws<DirectoryNotFoundException>(() => AtomicFile.Write(Path.Combine(_folder.FullName, "no", "model"), stream => stream.WriteByte(1)));
        Assert.Empty(Directory.GetFiles(_folder.FullName));
    }
}
