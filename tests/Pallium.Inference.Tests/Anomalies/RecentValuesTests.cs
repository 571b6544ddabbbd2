namespace Pallium.Inference.Tests;

public sealed class RecentValuesTests
{
    [Fact]
    public void Means_are_those_of_the_values_that_were_added()
    {
        var state = new double[RecentValues.StateLength(7)];
        var all = new List<double>();
        for (int i = 0; i < 30; i++)
        {
            all.Add(i * i % 11);
            RecentValues.Add(all[^1], state);
            for (int count = 1; count <= 7; count++)
            {
                for (int back = 0; back + count <= 7; back++)
                {
                    double expected = all.Count < back + count ? double.NaN : all.SkipLast(back).TakeLast(count).Average();
                    Assert.Equal(expected, RecentValues.Mean(state, count, back), 1e-12);
                }
            }
        }
    }
}
