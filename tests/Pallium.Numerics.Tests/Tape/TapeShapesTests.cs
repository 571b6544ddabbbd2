namespace Pallium.Numerics.Tests;

public sealed class TapeShapesTests
{
    [Fact]
    public void Cutting_and_joining_have_their_derivatives()
    {
        GradientCheck.Run((tape, x) => tape.ConcatenateColumns(x[0], x[1], x[0]), (3, 2), (3, 4));
        GradientCheck.Run((tape, x) => tape.ConcatenateRows(x[0], x[1], x[0]), (3, 2), (1, 2));
        GradientCheck.Run((tape, x) => tape.SliceColumns(x[0], 1, 2), (3, 4));
        GradientCheck.Run((tape, x) => tape.SliceRows(x[0], 1, 2), (4, 3));
        GradientCheck.Run((tape, x) => tape.ShiftRows(x[0], x[1]), (6, 3), (2, 3));
        GradientCheck.Run((tape, x) => tape.Reshape(x[0], 2, 6), (3, 4));
    }

    [Fact]
    public void Views_of_views_add_to_the_same_gradient() =>
        GradientCheck.Run(
            (tape, x) => tape.Multiply(tape.SliceRows(tape.Reshape(tape.SliceRows(x[0], 1, 4), 8, 1), 3, 4), tape.Reshape(tape.SliceRows(x[0], 2, 2), 4, 1)),
            (6, 2));

    [Fact]
    public void Values_are_where_they_belong()
    {
        var tape = new Tape<double>();
        Variable x = tape.Constant([1, 2, 3, 4, 5, 6], 3, 2);
        Variable z = tape.Constant([7, 8, 9], 3, 1);
        Variable first = tape.Constant([0, -1], 1, 2);

        Assert.Equal([1, 2, 7, 3, 4, 8, 5, 6, 9], tape.Value(tape.ConcatenateColumns(x, z)).ToArray());
        Assert.Equal([1, 2, 3, 4, 5, 6, 0, -1], tape.Value(tape.ConcatenateRows(x, first)).ToArray());
        Assert.Equal([2, 4, 6], tape.Value(tape.SliceColumns(x, 1, 1)).ToArray());
        Assert.Equal([3, 4], tape.Value(tape.SliceRows(x, 1, 1)).ToArray());
        Assert.Equal([0, -1, 1, 2, 3, 4], tape.Value(tape.ShiftRows(x, first)).ToArray());
        Assert.Equal((2, 3), tape.Shape(tape.Reshape(x, 2, 3)));
    }

    [Fact]
    public void No_gradient_passes_StopGradient()
    {
        var tape = new Tape<double>();
        Variable x = tape.Input([3], 1, 1);
        Variable stopped = tape.StopGradient(x);
        tape.Backward(tape.Multiply(x, stopped), new ParameterSet<double>([]).NewGradients());

        Assert.Equal(3, tape.Gradient(x)[0]);
        Assert.False(tape.Wants(stopped));
        Assert.False(tape.Wants(tape.Tanh(stopped)));
    }

    [Fact]
    public void Parts_of_a_parameter_share_its_gradient()
    {
        var parameter = new Parameter<double>(2, 2);
        new double[] { 1, 2, 3, 4 }.CopyTo(parameter.Values);
        Gradients<double> gradients = new ParameterSet<double>([("p", parameter)]).NewGradients();
        var tape = new Tape<double>();
        Variable lower = tape.SliceRows(tape.Use(parameter), 1, 1);
        tape.Backward(tape.Sum(tape.Square(lower)), gradients);

        Assert.Equal([3, 4], tape.Value(lower).ToArray());
        Assert.Equal([0, 0, 6, 8], gradients.Values.ToArray());
    }

    [Fact]
    public void Cuts_outside_and_parts_that_do_not_fit_are_refused()
    {
        var tape = new Tape<double>();
        Variable x = tape.Constant(3, 2);
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.SliceRows(x, 2, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.SliceColumns(x, -1, 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.View(x, 5, 1, 2));
        Assert.Throws<ArgumentException>(() => tape.ConcatenateColumns(x, tape.Constant(2, 2)));
        Assert.Throws<ArgumentException>(() => tape.ConcatenateRows(x, tape.Constant(2, 3)));
        Assert.Throws<ArgumentException>(() => tape.ConcatenateRows());
        Assert.Throws<ArgumentException>(() => tape.Reshape(x, 4, 2));
    }
}
