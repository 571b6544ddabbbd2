namespace Pallium.Inference.Tests;

public sealed class RecentSlicesTests
{
    [Fact]
    public void The_ring_holds_the_last_slices_in_order()
    {
        var recent = new RecentSlices(capacity: 3, channels: 2);
        Assert.All(recent.Carried(3), Assert.Empty);
        for (int i = 1; i <= 5; i++)
        {
            recent.Add(10 * i, [i, -i]);
        }

        Assert.Equal([30, 40, 50], recent.Times(3));
        Assert.Equal([4, -4, 5, -5], recent.Values(2));
    }

    [Fact]
    public void Holes_are_carried_forward_within_what_is_looked_at()
    {
        var recent = new RecentSlices(capacity: 4, channels: 2);
        recent.Add(1, [1, 7]);
        recent.Add(2, [double.NaN, 8]);
        recent.Add(3, [3, double.NaN]);
        recent.Add(4, [double.NaN, double.NaN]);
        Assert.Equal([1, 1, 3, 3], recent.Carried(9)[0]);
        Assert.Equal([3, 3], recent.Carried(3)[0]);
        Assert.Equal([8, 8, 8], recent.Carried(3)[1]);
        Assert.Empty(recent.Carried(1)[1]);
    }
}
