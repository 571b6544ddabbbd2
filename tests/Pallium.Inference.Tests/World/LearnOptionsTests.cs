namespace Pallium.Inference.Tests;

public sealed class LearnOptionsTests
{
    public static TheoryData<string, LearnOptions> OutOfRange { get; } = new()
    {
        { "epochs", new() { Epochs = 0 } },
        { "epochs", new() { Epochs = -3 } },
        { "threads", new() { Threads = 0 } },
        { "components", new() { Components = 0 } },
        { "components", new() { Components = 33 } },
        { "hidden", new() { Hidden = 7 } },
        { "hidden", new() { Hidden = 4097 } },
        { "rate", new() { Rate = 0 } },
        { "rate", new() { Rate = double.NaN } },
        { "rate", new() { Rate = 1.5 } },
        { "weight decay", new() { WeightDecay = -1 } },
        { "weight decay", new() { WeightDecay = double.PositiveInfinity } },
        { "test share", new() { TestShare = 0.95 } },
        { "test share", new() { TestShare = double.NaN } },
        { "precision", new() { Precision = (Precision)7 } },
    };

    [Theory(DisableDiscoveryEnumeration = true)]
    [MemberData(nameof(OutOfRange))]
    public void An_option_out_of_range_is_refused_in_one_sentence_that_names_it(string name, LearnOptions options)
    {
        InputException fault = Assert.Throws<InputException>(() => WorldModel.Learn(Simulated.Walk(50, 1), options));
        Assert.StartsWith($"Option {name}: found ", fault.Message, StringComparison.Ordinal);
        Assert.Contains(", expected ", fault.Message, StringComparison.Ordinal);
        Assert.EndsWith(".", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', fault.Message);
    }

    [Theory]
    [InlineData("liquid(64", 10)]
    [InlineData("gru(8)+lstn(4)", 8)]
    [InlineData("gru(0)", 5)]
    [InlineData("", 1)]
    public void An_unknown_stack_is_pointed_at(string stack, int position)
    {
        InputException fault = Assert.Throws<InputException>(() => WorldModel.Learn(Simulated.Walk(50, 1), new LearnOptions { Stack = stack }));
        Assert.StartsWith("Option stack: ", fault.Message, StringComparison.Ordinal);
        string[] lines = fault.Message.Split('\n');
        Assert.Equal(3, lines.Length);
        Assert.Equal(stack, lines[1][2..]);
        Assert.Equal(position, lines[2].IndexOf('^', StringComparison.Ordinal) - 1);
    }

    [Fact]
    public void Too_few_slices_are_refused()
    {
        InputException fault = Assert.Throws<InputException>(() => WorldModel.Learn(Simulated.Walk(19, 1)));
        Assert.Equal("data: found 19 slices to learn from, expected at least 20.", fault.Message);
        Assert.Throws<InputException>(() => WorldModel.Learn(Simulated.Walk(100, 1), new LearnOptions { TestShare = 0.9 }));
    }

    [Fact]
    public void The_test_part_is_never_seen()
    {
        Frame frame = Simulated.Walk(300, 4);
        double[] values = [.. frame.Series[0].Values];
        values.AsSpan(3 * 240).Fill(1e6);
        var spoilt = new Frame(frame.Schema, [new Series("", frame.Series[0].Times, values)]);
        LearnOptions options = Simulated.Quick with { TestShare = 0.2, Epochs = 1 };
        Assert.Equal(Simulated.Bytes(WorldModel.Learn(frame, options)), Simulated.Bytes(WorldModel.Learn(spoilt, options)));
    }
}
