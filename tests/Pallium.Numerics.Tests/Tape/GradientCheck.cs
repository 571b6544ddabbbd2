namespace Pallium.Numerics.Tests;

/// <summary>Holds the gradients of a function on the tape against central differences.</summary>
internal static class GradientCheck
{
    /// <summary>Central differences in double with this step are good to about 1e-10 for functions of order one.</summary>
    private const double Difference = 1e-5;

    private const double Tolerance = 1e-8;

    /// <summary>Checks d loss / d inputs, the loss being a fixed random weighting of what <paramref name="build"/> returns.</summary>
    public static void Run(Func<Tape<double>, Variable[], Variable> build, params (int Rows, int Columns)[] shapes) =>
        Run(build, 0, shapes);

    /// <summary>As above, with all inputs moved up by <paramref name="offset"/>.</summary>
    public static void Run(Func<Tape<double>, Variable[], Variable> build, double offset, params (int Rows, int Columns)[] shapes)
    {
        var rng = new Rng(17);
        double[][] values = [.. shapes.Select(shape => Random(ref rng, shape.Rows * shape.Columns, offset))];
        double[] weights = Random(ref rng, 10_000, 0);
        var tape = new Tape<double>();
        Gradients<double> none = new ParameterSet<double>([]).NewGradients();

        (Variable[] inputs, Variable loss) = Forward();
        tape.Backward(loss, none);
        double[][] gradients = [.. inputs.Select(input => tape.Gradient(input).ToArray())];
        foreach ((double[] x, double[] gradient) in values.Zip(gradients))
        {
            for (int i = 0; i < x.Length; i++)
            {
                double kept = x[i];
                x[i] = kept + Difference;
                double above = Loss();
                x[i] = kept - Difference;
                double below = Loss();
                x[i] = kept;
                double expected = (above - below) / (2 * Difference);
                Assert.Equal(expected, gradient[i], Tolerance * Math.Max(1, Math.Abs(expected)));
            }
        }

        double Loss()
        {
            (_, Variable loss) = Forward();
            return tape.Value(loss)[0];
        }

        (Variable[] Inputs, Variable Loss) Forward()
        {
            tape.Reset();
            Variable[] inputs = [.. values.Zip(shapes).Select(pair => tape.Input(pair.First, pair.Second.Rows, pair.Second.Columns))];
            Variable output = build(tape, inputs);
            return (inputs, tape.WeightedSum(output, weights.AsSpan(0, tape.Value(output).Length)));
        }
    }

    /// <summary>Normal numbers, the same at every call with the same stream.</summary>
    public static double[] Random(ref Rng rng, int length, double offset)
    {
        var values = new double[length];
        rng.Normal<double>(values, 1);
        for (int i = 0; i < length; i++)
        {
            values[i] = offset + values[i];
        }

        return values;
    }
}
