namespace Pallium.Numerics.Tests;

public sealed class TapeArithmeticTests
{
    public static TheoryData<int, int> Seconds => new() { { 3, 5 }, { 1, 5 }, { 3, 1 }, { 1, 1 } };

    [Theory, MemberData(nameof(Seconds))]
    public void Add_has_its_derivative(int rows, int columns) => GradientCheck.Run((tape, x) => tape.Add(x[0], x[1]), (3, 5), (rows, columns));

    [Theory, MemberData(nameof(Seconds))]
    public void Subtract_has_its_derivative(int rows, int columns) => GradientCheck.Run((tape, x) => tape.Subtract(x[0], x[1]), (3, 5), (rows, columns));

    [Theory, MemberData(nameof(Seconds))]
    public void Multiply_has_its_derivative(int rows, int columns) => GradientCheck.Run((tape, x) => tape.Multiply(x[0], x[1]), (3, 5), (rows, columns));

    [Fact]
    public void A_variable_may_be_both_operands()
    {
        GradientCheck.Run((tape, x) => tape.Multiply(x[0], x[0]), (3, 5));
        GradientCheck.Run((tape, x) => tape.Add(x[0], x[0]), (3, 5));
        GradientCheck.Run((tape, x) => tape.Subtract(x[0], x[0]), (3, 5));
    }

    [Fact]
    public void Scale_and_AddScalar_have_their_derivatives() =>
        GradientCheck.Run((tape, x) => tape.Multiply(tape.AddScalar(tape.Scale(x[0], -1.5), 0.25), x[0]), (2, 9));

    [Theory, MemberData(nameof(Seconds))]
    public void The_second_operand_is_repeated(int rows, int columns)
    {
        var tape = new Tape<double>();
        double[] a = [.. Enumerable.Range(1, 15).Select(i => (double)i)];
        double[] b = [.. Enumerable.Range(1, rows * columns).Select(i => 10.0 * i)];
        Variable first = tape.Constant(a, 3, 5);
        Variable second = tape.Constant(b, rows, columns);
        Variable[] results = [tape.Add(first, second), tape.Subtract(first, second), tape.Multiply(first, second)];
        for (int i = 0; i < 15; i++)
        {
            double other = b[((rows == 1 ? 0 : i / 5) * columns) + (columns == 1 ? 0 : i % 5)];
            Assert.Equal([a[i] + other, a[i] - other, a[i] * other], results.Select(result => tape.Value(result)[i]));
        }
    }

    [Fact]
    public void Dropout_multiplies_value_and_gradient_by_the_mask()
    {
        var tape = new Tape<double>();
        Variable x = tape.Input([1, 2, 3], 1, 3);
        Variable y = tape.Dropout(x, [0, 2, 2]);
        tape.Backward(tape.Sum(y), new ParameterSet<double>([]).NewGradients());

        Assert.Equal([0, 4, 6], tape.Value(y).ToArray());
        Assert.Equal([0, 2, 2], tape.Gradient(x).ToArray());
    }

    [Theory]
    [InlineData(2, 5)]
    [InlineData(3, 2)]
    [InlineData(2, 1)]
    public void Operands_that_do_not_fit_are_refused(int rows, int columns)
    {
        var tape = new Tape<double>();
        Variable a = tape.Constant(3, 5);
        Variable b = tape.Constant(rows, columns);
        ArgumentException error = Assert.Throws<ArgumentException>(() => tape.Add(a, b));
        Assert.Contains($"[{rows}, {columns}]", error.Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => tape.Multiply(a, b));
    }
}
