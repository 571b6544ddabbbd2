namespace Pallium.Numerics.Tests;

public sealed class TapeActivationsTests
{
    public static TheoryData<int> Columns => [.. Enumerable.Range(0, 36)];

    [Theory, MemberData(nameof(Columns))]
    public void Tanh_has_its_derivative(int columns) => GradientCheck.Run((tape, x) => tape.Tanh(x[0]), (2, columns));

    [Theory, MemberData(nameof(Columns))]
    public void Sigmoid_has_its_derivative(int columns) => GradientCheck.Run((tape, x) => tape.Sigmoid(x[0]), (2, columns));

    [Theory, MemberData(nameof(Columns))]
    public void Exp_has_its_derivative(int columns) => GradientCheck.Run((tape, x) => tape.Exp(x[0]), (2, columns));

    [Theory, MemberData(nameof(Columns))]
    public void Square_has_its_derivative(int columns) => GradientCheck.Run((tape, x) => tape.Square(x[0]), (2, columns));

    [Theory, MemberData(nameof(Columns))]
    public void Softplus_has_its_derivative(int columns) => GradientCheck.Run((tape, x) => tape.Softplus(x[0]), (2, columns));

    [Theory, MemberData(nameof(Columns))]
    public void Silu_has_its_derivative(int columns) => GradientCheck.Run((tape, x) => tape.Silu(x[0]), (2, columns));

    [Theory, MemberData(nameof(Columns))]
    public void Log_has_its_derivative(int columns) => GradientCheck.Run((tape, x) => tape.Log(x[0]), offset: 6, (2, columns));

    [Fact]
    public void Values_are_those_of_the_functions()
    {
        var tape = new Tape<double>();
        double[] x = [0.25, 2];
        Variable input = tape.Constant(x, 1, 2);
        foreach ((Variable y, Func<double, double> f) in new (Variable, Func<double, double>)[]
        {
            (tape.Tanh(input), Math.Tanh),
            (tape.Sigmoid(input), v => 1 / (1 + Math.Exp(-v))),
            (tape.Exp(input), Math.Exp),
            (tape.Log(input), Math.Log),
            (tape.Square(input), v => v * v),
            (tape.Softplus(input), v => Math.Log(1 + Math.Exp(v))),
            (tape.Silu(input), v => v / (1 + Math.Exp(-v))),
        })
        {
            Assert.Equal(f(x[0]), tape.Value(y)[0], 1e-14);
            Assert.Equal(f(x[1]), tape.Value(y)[1], 1e-14);
        }
    }

    [Fact]
    public void Large_arguments_saturate_without_NaN()
    {
        var tape = new Tape<float>();
        Variable x = tape.Input([-1000, 1000], 1, 2);
        Variable loss = tape.Sum(tape.Add(tape.Softplus(x), tape.Add(tape.Silu(x), tape.Add(tape.Tanh(x), tape.Sigmoid(x)))));
        tape.Backward(loss, new ParameterSet<float>([]).NewGradients());

        Assert.Equal([0f, 2f], tape.Gradient(x).ToArray());
    }

    [Theory, MemberData(nameof(Columns))]
    public void A_derivative_has_the_same_bits_at_every_place(int columns)
    {
        // The same number in every place, so that body and tail must agree.
        var tape = new Tape<float>();
        float[] same = new float[columns];
        Array.Fill(same, 0.3f);
        Variable x = tape.Input(same, 1, columns);
        tape.Backward(tape.Sum(tape.Silu(tape.Tanh(x))), new ParameterSet<float>([]).NewGradients());

        Assert.True(tape.Gradient(x).ToArray().Distinct().Count() <= 1);
    }
}
