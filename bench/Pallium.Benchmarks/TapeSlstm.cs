using System.Numerics.Tensors;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>The rival of the fused sLSTM: the same parameters and equations, one operation of the tape after another.</summary>
/// <remarks>As in an idiomatic program the inputs' product is one for the whole window, and the stabiliser, which cancels, is not differentiated.</remarks>
internal sealed class TapeSlstm
{
    private readonly Slstm<float> _layer;
    private readonly Parameter<float> _inputWeight;
    private readonly Parameter<float> _bias;
    private readonly Parameter<float>[] _recurrentWeights;
    private readonly int _units;

    public TapeSlstm(Slstm<float> layer, int heads)
    {
        layer.Initialize(new Rng(1));
        _layer = layer;
        _units = layer.Outputs;
        Dictionary<string, Parameter<float>> parameters = layer.Parameters.ToDictionary(item => item.Name, item => item.Parameter);
        _inputWeight = parameters["W"];
        _bias = parameters["b"];
        int size = parameters["R"].Length / heads;
        _recurrentWeights = [.. Enumerable.Range(0, heads).Select(_ => new Parameter<float>(4 * _units / heads, _units / heads))];
        for (int head = 0; head < heads; head++)
        {
            parameters["R"].Values.Slice(head * size, size).CopyTo(_recurrentWeights[head].Values);
        }
    }

    /// <summary>Forward and reverse over a window.</summary>
    public Contestant Window(int rows, int steps)
    {
        var set = new ParameterSet<float>(
            [("W", _inputWeight), ("b", _bias), .. _recurrentWeights.Select((weight, head) => ($"R{head}", weight))]);
        Gradients<float> gradients = set.NewGradients();
        var tape = new Tape<float>();
        var inputs = new float[rows * steps * _layer.Inputs];
        var weights = new float[rows * steps * _units];
        new Rng(2).Normal(inputs.AsSpan(), 1);
        new Rng(3).Normal(weights.AsSpan(), 1);
        return Interleaved.InProcess(() =>
        {
            tape.Reset();
            gradients.Values.Clear();
            Variable outputs = Run(tape, tape.Input(inputs, rows * steps, _layer.Inputs), rows, steps);
            tape.Backward(tape.WeightedSum(outputs, weights), gradients);
        });
    }

    /// <summary>One slice of one stream.</summary>
    public Contestant Step()
    {
        var tape = new Tape<float>();
        var input = new float[_layer.Inputs];
        new Rng(2).Normal(input.AsSpan(), 1);
        return Interleaved.InProcess(() =>
        {
            tape.Reset();
            Run(tape, tape.Constant(input, 1, _layer.Inputs), 1, 1);
        });
    }

    private Variable Run(Tape<float> tape, Variable x, int rows, int steps)
    {
        Variable fromInputs = tape.Affine(x, _inputWeight, _bias);
        Variable h = tape.Constant(rows, _units);
        Variable c = h;
        Variable n = h;
        Variable m = h;
        var outputs = new Variable[steps];
        for (int step = 0; step < steps; step++)
        {
            Variable a = tape.Add(tape.SliceRows(fromInputs, step * rows, rows), Recurrent(tape, h));
            Variable i = tape.SliceColumns(a, 0, _units);
            Variable past = tape.Subtract(m, tape.Softplus(tape.Scale(tape.SliceColumns(a, _units, _units), -1)));
            m = Stabilizer(tape, i, past, n);
            Variable taken = tape.Exp(tape.Subtract(i, m));
            Variable kept = tape.Exp(tape.Subtract(past, m));
            Variable z = tape.Tanh(tape.SliceColumns(a, 2 * _units, _units));
            Variable o = tape.Sigmoid(tape.SliceColumns(a, 3 * _units, _units));
            c = tape.Add(tape.Multiply(kept, c), tape.Multiply(taken, z));
            n = tape.Add(tape.Multiply(kept, n), taken);
            h = tape.Multiply(o, Quotient.Apply(tape, c, n));
            outputs[step] = h;
        }

        return steps == 1 ? h : tape.ConcatenateRows<float>(outputs);
    }

    /// <summary>R h in the order of the gates: the heads' products, cut and put together.</summary>
    private Variable Recurrent(Tape<float> tape, Variable h)
    {
        if (_recurrentWeights.Length == 1)
        {
            return tape.Affine(h, _recurrentWeights[0]);
        }

        int size = _units / _recurrentWeights.Length;
        Variable[] heads = [.. _recurrentWeights.Select((weight, head) => tape.Affine(tape.SliceColumns(h, head * size, size), weight))];
        return tape.ConcatenateColumns<float>([.. Enumerable.Range(0, 4).SelectMany(gate => heads.Select(head => tape.SliceColumns(head, gate * size, size)))]);
    }

    private static Variable Stabilizer(Tape<float> tape, Variable i, Variable past, Variable n)
    {
        (int rows, int columns) = tape.Shape(i);
        Variable m = tape.Constant(rows, columns);
        bool isFresh = TensorPrimitives.MaxMagnitude<float>(tape.Value(n)) == 0;
        TensorPrimitives.Max<float>(tape.Value(i), tape.Value(isFresh ? i : past), tape.Value(m));
        return m;
    }

    /// <summary>y = a/b, da += dy/b, db -= dy y/b.</summary>
    private sealed class Quotient : TapeOperation<float>
    {
        private static readonly Quotient Instance = new();

        public static Variable Apply(Tape<float> tape, Variable a, Variable b)
        {
            (int rows, int columns) = tape.Shape(a);
            Variable y = tape.Add(Instance, [a, b], rows, columns);
            TensorPrimitives.Divide<float>(tape.Value(a), tape.Value(b), tape.Value(y));
            return y;
        }

        public override void Backward(Tape<float> tape, in TapeNode<float> node)
        {
            ReadOnlySpan<Variable> inputs = tape.Inputs(node);
            Span<float> da = tape.Gradient(inputs[0]);
            Span<float> db = tape.Gradient(inputs[1]);
            ReadOnlySpan<float> b = tape.Value(inputs[1]);
            ReadOnlySpan<float> y = tape.Value(node.Variable);
            Span<float> share = tape.Arena[tape.Arena.Take(b.Length)];
            TensorPrimitives.Divide(tape.Gradient(node.Variable), b, share);
            TensorPrimitives.Add(da, share, da);
            TensorPrimitives.Multiply(share, y, share);
            TensorPrimitives.Subtract(db, share, db);
        }
    }
}
