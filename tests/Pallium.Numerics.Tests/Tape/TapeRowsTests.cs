namespace Pallium.Numerics.Tests;

public sealed class TapeRowsTests
{
    [Fact]
    public void Gathered_rows_are_copies_and_pass_their_gradients_back()
    {
        var tape = new Tape<float>();
        Variable y = tape.GatherRows(tape.Constant([1, 2, 3, 4, 5, 6], 3, 2), [2, 0, 2]);
        Assert.Equal([5, 6, 1, 2, 5, 6], tape.Value(y).ToArray());
        GradientCheck.Run((tape, x) => tape.Square(tape.GatherRows(x[0], [1, 3, 1, 0])), (4, 3));
        GradientCheck.Run((tape, x) => tape.ConcatenateRows(tape.GatherRows(x[0], []), x[0]), (2, 3));
    }

    [Fact]
    public void A_cross_entropy_is_that_of_the_logarithms_of_shares()
    {
        GradientCheck.Run((tape, x) => tape.CrossEntropy(x[0], [1, 0, 4]), (3, 5));
        GradientCheck.Run((tape, x) => tape.Square(tape.CrossEntropy(x[0], [0, 0])), (2, 3));
        var tape = new Tape<double>();
        Variable x = tape.Constant([1, 2, 4, 1e300, 0, -1e300], 2, 3);
        double expected = -Math.Log(Math.Exp(2) / (Math.E + Math.Exp(2) + Math.Exp(4)));
        Assert.Equal(expected, tape.Value(tape.CrossEntropy(x, [1, 0]))[0], 1e-14);
        Assert.Equal(0, tape.Value(tape.CrossEntropy(tape.Constant(0, 3), []))[0]);
    }

    [Fact]
    public void Rows_and_classes_that_do_not_exist_are_refused()
    {
        var tape = new Tape<double>();
        Variable x = tape.Constant(2, 3);
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.GatherRows(x, [2]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.GatherRows(x, [-1]));
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.CrossEntropy(x, [0, 3]));
        Assert.Throws<ArgumentException>(() => tape.CrossEntropy(x, [0]));
    }
}
