using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class HiddenCovarianceTests
{
    private static readonly StackSpec Stack = StackText.Parse("gru(32)");

    [Fact]
    public void The_same_seed_gives_the_same_bits_and_another_one_another_score()
    {
        double score = HiddenCovariance.Score(Stack, 6, new Rng(3));
        Assert.Equal(score, HiddenCovariance.Score(Stack, 6, new Rng(3)));
        Assert.NotEqual(score, HiddenCovariance.Score(Stack, 6, new Rng(4)));
        Assert.InRange(score, -1e6, -HiddenCovariance.Windows);
    }

    /// <summary>Two windows with the correlation r have the eigenvalues 1 - r and 1 + r.</summary>
    [Theory]
    [InlineData(0.0)]
    [InlineData(0.6)]
    [InlineData(-0.9)]
    public void Two_windows_score_by_their_correlation(double r)
    {
        const double K = 1e-5;
        double[] x = [1, -1, 0, 0, r, -r, Math.Sqrt(1 - (r * r)), -Math.Sqrt(1 - (r * r))];
        double expected = -new[] { 1 - r, 1 + r }.Sum(value => Math.Log(value + K) + (1 / (value + K)));
        Assert.Equal(expected, HiddenCovariance.Score(new Pass<double>(4), x, 2), 1e-9);
    }

    [Fact]
    public void Only_the_last_slice_counts_for_a_layer_without_memory()
    {
        double[] last = [1, 2, 5, 3, 1, 4];
        Assert.Equal(HiddenCovariance.Score(new Pass<double>(3), last, 2), HiddenCovariance.Score(new Pass<double>(3), [9, 8, 9, 7, 7, 8, .. last], 2));
    }

    [Fact]
    public void What_answers_all_alike_scores_low()
    {
        Assert.Equal(double.NegativeInfinity, HiddenCovariance.Score(StackText.Parse("linear(1)"), 6, new Rng(1)));
        Assert.InRange(HiddenCovariance.Score(StackText.Parse("gru(4)"), 6, new Rng(1)), -16e5, -11e5);
        Assert.Throws<ArgumentException>(() => HiddenCovariance.Score(new Pass<double>(3), [1, 2, 3, 4], 2));
    }
}
