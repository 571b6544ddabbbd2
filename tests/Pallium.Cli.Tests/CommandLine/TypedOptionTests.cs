using System.CommandLine;

namespace Pallium.Cli.Tests;

public sealed class TypedOptionTests
{
    [Theory]
    [InlineData("500MB", 500L << 20)]
    [InlineData("2gb", 2L << 30)]
    [InlineData("1.5KB", 1536)]
    [InlineData("64 B", 64)]
    [InlineData("12", 12)]
    public void A_size_has_a_number_and_perhaps_a_unit(string text, long bytes) => Assert.Equal(bytes, Value(TypedOption.Bytes("--x", ""), text));

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("0")]
    [InlineData("-1GB")]
    [InlineData("1e30GB")]
    public void What_is_no_size_is_refused(string text) =>
        Assert.Equal($"Option --x: found '{text}', expected a size such as 500MB or 2GB.", Fault(TypedOption.Bytes("--x", ""), text));

    [Fact]
    public void Shares_are_numbers_between_0_and_1()
    {
        Assert.Equal([0.05, 0.5], Value(TypedOption.Shares("--x", "0.1,0.9", ""), "0.05, 0.5")!);
        foreach (string text in new[] { "", "0", "1", "0.5,", "half", "NaN" })
        {
            Assert.Equal($"Option --x: found '{text}', expected numbers between 0 and 1, such as 0.1,0.9.", Fault(TypedOption.Shares("--x", "0.1,0.9", ""), text));
        }
    }

    [Theory]
    [InlineData("1%", 0.01)]
    [InlineData("0.5 %", 0.005)]
    [InlineData("0.01", 0.01)]
    [InlineData("0", 0)]
    [InlineData("100%", 1)]
    public void A_share_is_in_percent_or_below_1(string text, double share) => Assert.Equal(share, Value(TypedOption.Share("--x", ""), text));

    [Theory]
    [InlineData("1")]
    [InlineData("101%")]
    [InlineData("-1%")]
    [InlineData("%")]
    [InlineData("nan")]
    public void What_is_no_share_is_refused(string text) =>
        Assert.Equal($"Option --x: found '{text}', expected a share from 0% to 100%, such as 1% or 0.01.", Fault(TypedOption.Share("--x", ""), text));

    [Theory]
    [InlineData("0")]
    [InlineData("-0.1")]
    [InlineData("inf")]
    public void What_is_not_positive_is_refused(string text) => Assert.Contains("expected a positive number", Fault(TypedOption.Positive("--x", "X", ""), text), StringComparison.Ordinal);

    private static T? Value<T>(Option<T> option, string text) => new RootCommand { option }.Parse(["--x", text]).GetValue(option);

    private static string Fault<T>(Option<T> option, string text) => Assert.Single(new RootCommand { option }.Parse(["--x", text]).Errors).Message;
}
