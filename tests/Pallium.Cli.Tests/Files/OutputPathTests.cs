namespace Pallium.Cli.Tests;

public sealed class OutputPathTests
{
    [Fact]
    public void A_file_in_a_folder_that_exists_is_accepted() =>
        Assert.Equal("model.pallium", OutputPath.Check("model.pallium", "-o"));

    [Theory]
    [InlineData("", "found nothing")]
    [InlineData("no/such/folder/model", "expected a file in a folder that exists")]
    [InlineData(".", "found the folder '.'")]
    public void Others_are_refused_before_any_work(string path, string words) =>
        Assert.Contains(words, Assert.Throws<InputException>(() => OutputPath.Check(path, "-o")).Message, StringComparison.Ordinal);
}
