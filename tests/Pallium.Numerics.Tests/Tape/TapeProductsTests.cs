namespace Pallium.Numerics.Tests;

public sealed class TapeProductsTests
{
    [Fact]
    public void MatMul_has_its_derivative() => GradientCheck.Run((tape, x) => tape.MatMul(x[0], x[1]), (3, 4), (4, 5));

    [Fact]
    public void Affine_has_its_derivative()
    {
        GradientCheck.Run((tape, x) => tape.Affine(x[0], x[1], x[2]), (3, 4), (5, 4), (1, 5));
        GradientCheck.Run((tape, x) => tape.Affine(x[0], x[1]), (3, 4), (5, 4));
    }

    [Fact]
    public void Affine_applies_a_weight_stored_out_in()
    {
        var weight = new Parameter<double>(3, 2);
        var bias = new Parameter<double>(3);
        new double[] { 1, 2, 3, 4, 5, 6 }.CopyTo(weight.Values);
        new double[] { 100, 200, 300 }.CopyTo(bias.Values);
        var tape = new Tape<double>();
        Variable y = tape.Affine(tape.Constant([1, 10, 2, 20], 2, 2), weight, bias);

        Assert.Equal([121, 243, 365, 142, 286, 430], tape.Value(y).ToArray());
    }

    [Fact]
    public void Gradients_of_parameters_are_added_to_their_buffer()
    {
        var weight = new Parameter<double>(1, 2);
        var bias = new Parameter<double>(1);
        Gradients<double> gradients = new ParameterSet<double>([("bias", bias), ("weight", weight)]).NewGradients();
        gradients.Values.Fill(1000);
        var tape = new Tape<double>();
        Variable x = tape.Constant([1, 2, 3, 4], 2, 2);
        tape.Backward(tape.Sum(tape.Affine(x, weight, bias)), gradients);

        Assert.Equal([1002, 1004, 1006], gradients.Values.ToArray());
        Assert.False(tape.Wants(x));
    }

    [Fact]
    public void A_row_alone_has_the_bits_of_the_row_in_a_batch()
    {
        var rng = new Rng(3);
        var weight = new Parameter<float>(7, 13);
        rng.Normal(weight.Values, 1);
        float[] x = new float[5 * 13];
        rng.Normal<float>(x, 1);
        Gradients<float> gradients = new ParameterSet<float>([("w", weight)]).NewGradients();
        (float[] values, float[] inputs) = Run(x, 5);
        for (int row = 0; row < 5; row++)
        {
            (float[] value, float[] input) = Run(x[(row * 13)..((row + 1) * 13)], 1);
            Assert.Equal(value, values[(row * 7)..((row + 1) * 7)]);
            Assert.Equal(input, inputs[(row * 13)..((row + 1) * 13)]);
        }

        (float[] Value, float[] Gradient) Run(float[] rows, int count)
        {
            var tape = new Tape<float>();
            Variable input = tape.Input(rows, count, 13);
            Variable y = tape.LogSoftmax(tape.Tanh(tape.Affine(input, weight)));
            tape.Backward(tape.Sum(tape.Square(y)), gradients);
            return (tape.Value(y).ToArray(), tape.Gradient(input).ToArray());
        }
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        var tape = new Tape<double>();
        Variable x = tape.Constant(3, 4);
        Assert.Throws<ArgumentException>(() => tape.MatMul(x, x));
        Assert.Throws<ArgumentException>(() => tape.Affine(x, tape.Constant(5, 3)));
        Assert.Throws<ArgumentException>(() => tape.Affine(x, tape.Constant(5, 4), tape.Constant(1, 4)));
    }
}
