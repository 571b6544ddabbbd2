namespace Pallium.Inference.Tests;

public sealed class SystematicTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(0.999_999_999_999_999_9)]
    public void Each_comes_as_often_as_its_weight_says_and_what_has_none_never(double offset)
    {
        double[] weights = [0, 0.26, 0, 0.1, 0.5, 0.14, 0];
        var chosen = new int[1000];
        Systematic.Draw(weights, offset, chosen);
        for (int i = 0; i < weights.Length; i++)
        {
            int count = chosen.Count(c => c == i);
            Assert.InRange(count, weights[i] == 0 ? 0 : (1000 * weights[i]) - 1, weights[i] == 0 ? 0 : (1000 * weights[i]) + 1);
        }
    }
}
