using System.Numerics;

namespace Pallium.Numerics.Tests;

public sealed class TapeTests
{
    private static readonly double[] Targets = [-1, 0, 0, 0, -1, 0, 0, 0, -1, -1, 0, 0];

    [Fact]
    public void A_perceptron_with_cross_entropy_agrees_with_differences() =>
        GradientCheck.Run(Perceptron, (4, 5), (8, 5), (1, 8), (3, 8), (1, 3));

    [Fact]
    public void The_same_composition_through_parameters_gives_the_same_gradients()
    {
        var rng = new Rng(5);
        Parameter<double>[] parameters = [new(8, 5), new(8), new(3, 8), new(3)];
        foreach (Parameter<double> parameter in parameters)
        {
            rng.Normal(parameter.Values, 0.5);
        }

        double[] x = GradientCheck.Random(ref rng, 20, 0);
        Gradients<double> gradients = new ParameterSet<double>(parameters.Select((parameter, i) => ($"p{i}", parameter))).NewGradients();
        var tape = new Tape<double>();
        Variable hidden = tape.Silu(tape.Affine(tape.Constant(x, 4, 5), parameters[0], parameters[1]));
        tape.Backward(tape.WeightedSum(tape.LogSoftmax(tape.Affine(hidden, parameters[2], parameters[3])), Targets), gradients);

        var free = new Tape<double>();
        Variable[] inputs = [free.Input(x, 4, 5), .. parameters.Select(p => free.Input(p.Values, p.Shape.Count > 1 ? p.Shape[0] : 1, p.Shape[^1]))];
        free.Backward(Perceptron(free, inputs), gradients);
        foreach ((Parameter<double> parameter, Variable input) in parameters.Zip(inputs[1..]))
        {
            Assert.Equal(free.Gradient(input).ToArray(), gradients[parameter].ToArray());
        }
    }

    [Fact]
    public void Steps_after_the_first_of_a_shape_allocate_nothing()
    {
        var rng = new Rng(1);
        var weight = new Parameter<float>(16, 24);
        var bias = new Parameter<float>(16);
        rng.Normal(weight.Values, 0.1);
        Gradients<float> gradients = new ParameterSet<float>([("weight", weight), ("bias", bias)]).NewGradients();
        var tape = new Tape<float>();
        var fused = new RunningSum<float>();
        float[] x = new float[40 * 24];
        rng.Normal<float>(x, 1);
        Step(40);
        Step(13);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Step(40);
        Step(13);
        Step(40);
        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());

        void Step(int rows)
        {
            tape.Reset();
            Variable input = tape.Constant(x.AsSpan(0, rows * 24), rows, 24);
            Variable hidden = tape.Affine(input, weight, bias);
            hidden = tape.Add(tape.Tanh(hidden), tape.Multiply(tape.Sigmoid(hidden), tape.Softplus(hidden)));
            hidden = tape.Silu(tape.Subtract(tape.Square(hidden), tape.SliceRows(hidden, 0, 1)));
            hidden = tape.ConcatenateColumns(tape.SliceColumns(hidden, 3, 5), tape.ShiftRows(hidden, tape.Constant(2, 16)));
            hidden = fused.Apply(tape, hidden);
            Variable loss = tape.Mean(tape.Exp(tape.LogSoftmax(tape.Dropout(hidden, x.AsSpan(0, rows * 21)))));
            tape.CheckFinite(loss, "loss");
            tape.Backward(loss, gradients);
        }
    }

    [Fact]
    public void A_tape_that_was_reset_gives_the_bits_of_a_fresh_one_whatever_shapes_came_before()
    {
        var rng = new Rng(2);
        var reused = new Tape<double>();
        foreach (int rows in new[] { 3, 700, 1, 40, 3 })
        {
            double[] x = GradientCheck.Random(ref rng, rows * 30, 0);
            Assert.Equal(Gradient(new Tape<double>()), Gradient(reused));

            double[] Gradient(Tape<double> tape)
            {
                tape.Reset();
                Variable input = tape.Input(x, rows, 30);
                tape.Backward(tape.Sum(tape.Square(tape.LogSoftmax(tape.Silu(input)))), new ParameterSet<double>([]).NewGradients());
                return tape.Gradient(input).ToArray();
            }
        }
    }

    [Fact]
    public void A_fused_node_with_two_outputs_agrees_with_differences()
    {
        var fused = new RunningSum<double>();
        GradientCheck.Run((tape, x) => fused.Apply(tape, tape.Tanh(x[0])), (4, 3));
        GradientCheck.Run((tape, x) => fused.Apply(tape, tape.Tanh(x[0])).Output(1), (4, 3));
        GradientCheck.Run(
            (tape, x) =>
            {
                Variable sums = fused.Apply(tape, x[0]);
                return tape.Multiply(tape.Tanh(sums), sums.Output(1));
            },
            (4, 3));
    }

    [Fact]
    public void An_operation_that_no_gradient_reaches_does_not_run()
    {
        var fused = new RunningSum<double>();
        var tape = new Tape<double>();
        Variable x = tape.Input([1, 2], 2, 1);
        fused.Apply(tape, x);
        fused.Apply(tape, tape.Constant([1, 2], 2, 1));
        Variable loss = tape.Sum(tape.Add(x, fused.Apply(tape, tape.Constant([1, 2], 2, 1))));
        tape.Backward(loss, new ParameterSet<double>([]).NewGradients());

        Assert.Equal(0, fused.BackwardCalls);
        Assert.Equal([1, 1], tape.Gradient(x).ToArray());
    }

    [Fact]
    public void A_fused_layer_with_parameters_of_its_own_runs_even_over_constants()
    {
        var gain = new Parameter<double>(1);
        gain.Values[0] = 3;
        Gradients<double> gradients = new ParameterSet<double>([("gain", gain)]).NewGradients();
        var tape = new Tape<double>();
        Variable y = new Gain(gain).Apply(tape, tape.Constant([1, 2], 1, 2));
        tape.Backward(tape.Sum(y), gradients);

        Assert.Equal([3, 6], tape.Value(y).ToArray());
        Assert.Equal(3, gradients[gain][0]);
    }

    [Fact]
    public void A_loss_that_depends_on_nothing_differentiated_is_allowed()
    {
        var tape = new Tape<double>();
        tape.Backward(tape.Constant([1], 1, 1), new ParameterSet<double>([]).NewGradients());
    }

    [Fact]
    public void Misuse_is_refused_with_a_sentence()
    {
        Gradients<double> gradients = new ParameterSet<double>([]).NewGradients();
        var tape = new Tape<double>();
        Variable x = tape.Input([1, 2], 1, 2);
        Variable constant = tape.Constant(1, 1);
        Assert.Contains("[1, 2]", Assert.Throws<ArgumentException>(() => tape.Backward(x, gradients)).Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => tape.Gradient(x)[0]);
        Assert.Throws<InvalidOperationException>(() => tape.AddOutput(1, 1));
        Assert.Throws<ArgumentException>(() => tape.Input([1, 2, 3], 2, 2));
        tape.Backward(tape.Sum(x), gradients);
        Assert.Throws<InvalidOperationException>(() => tape.Backward(tape.Sum(x), gradients));
        Assert.Throws<InvalidOperationException>(() => tape.Gradient(constant)[0]);
        tape.Reset();
        Assert.Throws<ArgumentOutOfRangeException>(() => tape.Shape(x));
    }

    [Fact]
    public void Values_that_are_not_finite_are_named()
    {
        var tape = new Tape<float>();
        Variable x = tape.Constant(6, 2);
        tape.CheckFinite(x, "trunk.0", 2);
        tape.CheckFinite(tape.Constant(6, 0), "nothing");
        tape.Value(x)[7] = float.NaN;

        DivergenceException error = Assert.Throws<DivergenceException>(() => tape.CheckFinite(x, "trunk.0", 2));
        Assert.Equal(("trunk.0", 1, 1, 1), (error.What, error.Step, error.Row, error.Channel));
        Assert.Contains("trunk.0", error.Message, StringComparison.Ordinal);
        error = Assert.Throws<DivergenceException>(() => tape.CheckFinite(x, "loss"));
        Assert.Equal(("loss", null, 3, 1), (error.What, error.Step, error.Row, error.Channel));
    }

    private static Variable Perceptron(Tape<double> tape, Variable[] x)
    {
        Variable hidden = tape.Silu(tape.Affine(x[0], x[1], x[2]));
        return tape.WeightedSum(tape.LogSoftmax(tape.Affine(hidden, x[3], x[4])), Targets);
    }

    /// <summary>y[i] = x[0] + ... + x[i] by row, and as a second output the last of them.</summary>
    private sealed class RunningSum<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public int BackwardCalls { get; private set; }

        public Variable Apply(Tape<T> tape, Variable x)
        {
            (int rows, int columns) = tape.Shape(x);
            Variable y = tape.Add(this, [x], rows, columns);
            Variable last = tape.AddOutput(1, columns);
            for (int i = 0; i < rows * columns; i++)
            {
                tape.Value(y)[i] = tape.Value(x)[i] + (i < columns ? T.Zero : tape.Value(y)[i - columns]);
            }

            tape.Value(y)[^columns..].CopyTo(tape.Value(last));
            return y;
        }

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            BackwardCalls++;
            ReadOnlySpan<T> dy = tape.ReachedGradient(node.Variable);
            ReadOnlySpan<T> dLast = tape.ReachedGradient(node.Variable.Output(1));
            Span<T> dx = tape.Gradient(tape.Inputs(node)[0]);
            for (int column = 0; column < node.Columns; column++)
            {
                T sum = dLast.IsEmpty ? T.Zero : dLast[column];
                for (int i = ((node.Rows - 1) * node.Columns) + column; i >= 0; i -= node.Columns)
                {
                    sum += dy.IsEmpty ? T.Zero : dy[i];
                    dx[i] += sum;
                }
            }
        }
    }

    /// <summary>y = gain·x with a gain that the tape does not see.</summary>
    private sealed class Gain(Parameter<double> gain) : TapeOperation<double>
    {
        public override bool HasParameters => true;

        public Variable Apply(Tape<double> tape, Variable x)
        {
            Variable y = tape.Add(this, [x], tape.Shape(x).Rows, tape.Shape(x).Columns);
            for (int i = 0; i < tape.Value(x).Length; i++)
            {
                tape.Value(y)[i] = gain.Values[0] * tape.Value(x)[i];
            }

            return y;
        }

        public override void Backward(Tape<double> tape, in TapeNode<double> node)
        {
            Variable x = tape.Inputs(node)[0];
            Assert.True(tape.WantedGradient(x).IsEmpty);
            for (int i = 0; i < tape.Value(x).Length; i++)
            {
                tape.ParameterGradients[gain][0] += tape.Value(x)[i] * tape.Gradient(node.Variable)[i];
            }
        }
    }
}
