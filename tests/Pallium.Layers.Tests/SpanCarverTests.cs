namespace Pallium.Layers.Tests;

public sealed class SpanCarverTests
{
    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 16)]
    [InlineData(16, 16)]
    [InlineData(17, 32)]
    public void Runs_take_up_multiples_of_sixteen(int length, int room) => Assert.Equal(room, SpanCarver.Room(length));

    [Fact]
    public void Runs_follow_one_another_without_overlap()
    {
        var numbers = new double[SpanCarver.Room(5) + SpanCarver.Room(16) + 3];
        var carver = new SpanCarver<double>(numbers);
        carver.Take(5).Fill(1);
        carver.Take(16).Fill(2);
        carver.Rest.Fill(3);
        Assert.Equal([.. Enumerable.Repeat(1.0, 5), .. Enumerable.Repeat(0.0, 11), .. Enumerable.Repeat(2.0, 16), 3, 3, 3], numbers);
    }
}
