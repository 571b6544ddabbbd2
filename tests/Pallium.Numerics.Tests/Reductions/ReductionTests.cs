using System.Numerics;

namespace Pallium.Numerics.Tests;

public sealed class ReductionTests
{
    private readonly System.Random _random = new(2);

    public static TheoryData<int> Lengths => [.. Enumerable.Range(0, 71), 255, 256, 1000];

    [Theory, MemberData(nameof(Lengths))]
    public void Sums_follow_the_fixed_tree_in_double(int length) => FollowsTheTree<double>(length);

    [Theory, MemberData(nameof(Lengths))]
    public void Sums_follow_the_fixed_tree_in_float(int length) => FollowsTheTree<float>(length);

    [Theory, MemberData(nameof(Lengths))]
    public void All_widths_give_the_same_bits(int length)
    {
        SameBits<float>(length);
        SameBits<double>(length);
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Max_and_min_find_the_extremes_and_let_not_a_number_through(int length)
    {
        float[] x = Numbers<float>(length);
        Assert.Equal(x.Append(float.NegativeInfinity).Max(), Reduction.Max<float>(x));
        Assert.Equal(x.Append(float.PositiveInfinity).Min(), Reduction.Min<float>(x));
        for (int i = 0; i < length; i++)
        {
            float kept = x[i];
            x[i] = float.NaN;
            Assert.True(float.IsNaN(Reduction.Max<float>(x)) && float.IsNaN(Reduction.Min<float>(x)) && float.IsNaN(Reduction.Sum<float>(x)));
            x[i] = kept;
        }
    }

    [Theory, MemberData(nameof(Lengths))]
    public void LogSumExp_is_the_plain_formula_and_does_not_overflow(int length)
    {
        double[] x = Numbers<double>(length);
        double plain = Math.Log(x.Sum(Math.Exp));
        Assert.Equal(plain, Reduction.LogSumExp<double>(x), 1e-14);
        Assert.Equal(plain + 1e6, Reduction.LogSumExp<double>([.. x.Select(v => v + 1e6)]), 1e-9);
    }

    [Fact]
    public void LogSumExp_of_infinities_is_an_infinity()
    {
        Assert.Equal(double.NegativeInfinity, Reduction.LogSumExp<double>([double.NegativeInfinity, double.NegativeInfinity]));
        Assert.Equal(double.PositiveInfinity, Reduction.LogSumExp<double>([1, double.PositiveInfinity]));
        Assert.Equal(1, Reduction.LogSumExp<double>([1, double.NegativeInfinity]));
        Assert.True(double.IsNaN(Reduction.LogSumExp<double>([1, double.NaN])));
    }

    [Theory, MemberData(nameof(Lengths))]
    public void Softmax_is_the_plain_formula_and_does_not_overflow(int length)
    {
        double[] x = Numbers<double>(length);
        double total = x.Sum(Math.Exp);
        double[] y = [.. x.Select(v => v + 1e4)];
        Reduction.Softmax<double>(y);
        for (int i = 0; i < length; i++)
        {
            Assert.Equal(Math.Exp(x[i]) / total, y[i], 1e-11);   // adding 1e4 costs x 13 bits
        }
    }

    [Fact]
    public void Softmax_takes_a_masked_entry_for_nothing()
    {
        float[] x = [0, float.NegativeInfinity, 0];
        Reduction.Softmax<float>(x);
        Assert.Equal([0.5f, 0, 0.5f], x);
    }

    [Fact]
    public void SoftmaxBackward_adds_the_central_difference()
    {
        const double Step = 1e-5;
        const double Tolerance = 1e-9;   // the difference's own error, about Step² and rounding over Step
        double[] x = Numbers<double>(11);
        double[] weights = Numbers<double>(11);
        double Loss(double[] at)
        {
            double[] y = [.. at];
            Reduction.Softmax<double>(y);
            return Reduction.Dot<double>(y, weights);
        }

        double[] output = [.. x];
        Reduction.Softmax<double>(output);
        double[] gradX = [.. x.Select((_, i) => (double)i)];
        Reduction.SoftmaxBackward<double>(output, weights, gradX);
        for (int i = 0; i < x.Length; i++)
        {
            double[] up = [.. x];
            double[] down = [.. x];
            up[i] += Step;
            down[i] -= Step;
            Assert.Equal(i + ((Loss(up) - Loss(down)) / (2 * Step)), gradX[i], Tolerance);
        }
    }

    private void FollowsTheTree<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Numbers<T>(length);
        T[] y = Numbers<T>(length);
        Assert.Equal(Tree(x, x, (sum, a, _) => sum + a), Reduction.Sum<T>(x));
        Assert.Equal(Tree(x, y, (sum, a, b) => T.FusedMultiplyAdd(a, b, sum)), Reduction.Dot<T>(x, y));
        Assert.Equal(Tree(x, x, (sum, a, b) => T.FusedMultiplyAdd(a, b, sum)), Reduction.SumOfSquares<T>(x));
    }

    private static T Tree<T>(T[] x, T[] y, Func<T, T, T, T> take)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] lanes = new T[typeof(T) == typeof(float) ? 32 : 16];
        for (int i = 0; i < x.Length; i++)
        {
            lanes[i % lanes.Length] = take(lanes[i % lanes.Length], x[i], y[i]);
        }

        while (lanes.Length > 1)
        {
            lanes = [.. lanes.Take(lanes.Length / 2).Zip(lanes.Skip(lanes.Length / 2), (low, high) => low + high)];
        }

        return lanes[0];
    }

    private void SameBits<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        T[] x = Numbers<T>(length);
        T[] y = Numbers<T>(length);
        SameBits<T, SumOf<T>>(x, y, Reduction.Sum<T>(x));
        SameBits<T, DotOf<T>>(x, y, Reduction.Dot<T>(x, y));
        SameBits<T, MaxOf<T>>(x, y, Reduction.Max<T>(x));
        SameBits<T, MinOf<T>>(x, y, Reduction.Min<T>(x));
        SameBits<T, ShiftedExpOf<T>>(x, y, Fold.Run<T, Lanes128<T>, ShiftedExpOf<T>>(x, y, T.One));
    }

    private static void SameBits<T, TFold>(T[] x, T[] y, T expected)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
        where TFold : struct, IFold<T>
    {
        Assert.Equal(expected, Fold.Run<T, Lanes128<T>, TFold>(x, y, T.One));
        Assert.Equal(expected, Fold.Run<T, Lanes256<T>, TFold>(x, y, T.One));
        Assert.Equal(expected, Fold.Run<T, Lanes512<T>, TFold>(x, y, T.One));
    }

    private T[] Numbers<T>(int length)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        [.. Enumerable.Range(0, length).Select(_ => T.CreateTruncating((_random.NextDouble() * 6) - 3))];
}
