namespace Pallium.Numerics.Tests;

public sealed class TapeReductionsTests
{
    [Fact]
    public void Sums_have_their_derivatives()
    {
        GradientCheck.Run((tape, x) => tape.Sum(tape.Square(x[0])), (3, 4));
        GradientCheck.Run((tape, x) => tape.Mean(tape.Square(x[0])), (3, 4));
        GradientCheck.Run((tape, x) => tape.WeightedSum(tape.Square(x[0]), [1, -2, 0, 4]), (2, 2));
        GradientCheck.Run((tape, x) => tape.LogSoftmax(x[0]), (3, 5));
        GradientCheck.Run((tape, x) => tape.LogSoftmax(x[0]), (3, 1));
    }

    [Fact]
    public void Values_are_those_of_the_plain_sums()
    {
        var tape = new Tape<double>();
        Variable x = tape.Constant([1, 2, 3, 4], 2, 2);

        Assert.Equal(10, tape.Value(tape.Sum(x))[0]);
        Assert.Equal(2.5, tape.Value(tape.Mean(x))[0]);
        Assert.Equal(8, tape.Value(tape.WeightedSum(x, [0, 0, 0, 2]))[0]);
        double[] y = tape.Value(tape.LogSoftmax(x)).ToArray();
        Assert.Equal(-Math.Log(1 + Math.E), y[0], 1e-14);
        Assert.Equal(-Math.Log(1 + (1 / Math.E)), y[3], 1e-14);
    }

    [Fact]
    public void LogSoftmax_of_large_logits_is_finite()
    {
        var tape = new Tape<float>();
        Variable y = tape.LogSoftmax(tape.Constant([1e30f, 0, -1e30f], 1, 3));
        Assert.Equal([0, -1e30f, -2e30f], tape.Value(y).ToArray());
    }

    [Fact]
    public void Means_of_nothing_and_weights_that_do_not_fit_are_refused()
    {
        var tape = new Tape<double>();
        Assert.Throws<ArgumentException>(() => tape.Mean(tape.Constant(0, 3)));
        Assert.Throws<ArgumentException>(() => tape.LogSoftmax(tape.Constant(3, 0)));
        Assert.Throws<ArgumentException>(() => tape.WeightedSum(tape.Constant(1, 2), [1]));
        Assert.Equal(0, tape.Value(tape.Sum(tape.Constant(0, 3)))[0]);
    }
}
