namespace Pallium.Inference.Tests;

public sealed class HoldOutTests
{
    [Fact]
    public void The_last_tenth_of_every_series_is_held_back()
    {
        HoldOut parts = HoldOut.Of([Of(25), Of(9), Of(0), Of(100)]);
        Assert.Equal([new Stretch(0, 0, 23), new Stretch(1, 0, 9), new Stretch(3, 0, 90)], parts.Learning);
        Assert.Equal([new Stretch(0, 23, 25), new Stretch(3, 90, 100)], parts.Validation);
        Assert.Equal(122, parts.Slices);
    }

    [Fact]
    public void Whole_series_are_held_back_where_all_are_short()
    {
        HoldOut parts = HoldOut.Of([.. Enumerable.Repeat(Of(5), 20)]);
        Assert.Equal(18, parts.Learning.Length);
        Assert.Equal([new Stretch(18, 0, 5), new Stretch(19, 0, 5)], parts.Validation);
    }

    private static Series Of(int length) => new("", [.. Enumerable.Range(0, length).Select(t => (double)t)], new double[length]);
}
