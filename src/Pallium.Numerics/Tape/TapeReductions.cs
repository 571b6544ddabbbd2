using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Numerics;

/// <summary>Sums and normalisations on the tape.</summary>
public static class TapeReductions
{
    /// <summary>The sum of all elements, [1, 1].</summary>
    public static Variable Sum<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Sum(tape, x, T.One);

    /// <summary>The mean of all elements, [1, 1].</summary>
    /// <exception cref="ArgumentException">x is empty.</exception>
    public static Variable Mean<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        tape.Value(x).Length > 0
            ? Sum(tape, x, T.One / T.CreateChecked(tape.Value(x).Length))
            : throw new ArgumentException("An empty matrix has no mean.", nameof(x));

    /// <summary>Σ weights·x over all elements, [1, 1]; the weights are not differentiated. One-hot weights of -1 and <see cref="LogSoftmax"/> make a cross-entropy.</summary>
    /// <exception cref="ArgumentException">The weights have another length than x.</exception>
    public static Variable WeightedSum<T>(this Tape<T> tape, Variable x, ReadOnlySpan<T> weights)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable constant = tape.Constant(weights, tape.Shape(x).Rows, tape.Shape(x).Columns);
        Variable y = tape.Add(WeightedSumOperation<T>.Instance, [x, constant], 1, 1);
        tape.Value(y)[0] = Reduction.Dot<T>(tape.Value(x), weights);
        return y;
    }

    /// <summary>y[i, j] = x[i, j] - log Σ_k exp x[i, k], row by row; the maximum is taken out first, so that large x do no harm.</summary>
    /// <exception cref="ArgumentException">x has no columns.</exception>
    public static Variable LogSoftmax<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int m, int n) = tape.Shape(x);
        if (n == 0)
        {
            throw new ArgumentException("LogSoftmax needs at least one column.", nameof(x));
        }

        Variable y = tape.Add(LogSoftmaxOperation<T>.Instance, [x], m, n);
        Span<T> exp = tape.Arena[tape.Arena.TakeDirty(n)];
        for (int row = 0; row < m; row++)
        {
            ReadOnlySpan<T> logits = tape.Value(x).Slice(row * n, n);
            Span<T> value = tape.Value(y).Slice(row * n, n);
            TensorPrimitives.Subtract(logits, Reduction.Max(logits), value);
            Elementary.Exp<T>(value, exp);
            TensorPrimitives.Subtract(value, Elementary.Log(Reduction.Sum<T>(exp)), value);
        }

        return y;
    }

    private static Variable Sum<T>(Tape<T> tape, Variable x, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = tape.Add(SumOperation<T>.Instance, [x], 1, 1, new() { Factor = factor });
        tape.Value(y)[0] = factor * Reduction.Sum<T>(tape.Value(x));
        return y;
    }

    /// <summary>dx += factor·dy, everywhere.</summary>
    private sealed class SumOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly SumOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            Span<T> dx = tape.Gradient(tape.Inputs(node)[0]);
            TensorPrimitives.Add(dx, node.Trace.Factor * tape.Gradient(node.Variable)[0], dx);
        }
    }

    /// <summary>dx += weights·dy.</summary>
    private sealed class WeightedSumOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly WeightedSumOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            ReadOnlySpan<Variable> inputs = tape.Inputs(node);
            Span<T> dx = tape.Gradient(inputs[0]);
            TensorPrimitives.FusedMultiplyAdd(tape.Value(inputs[1]), tape.Gradient(node.Variable)[0], dx, dx);
        }
    }

    /// <summary>dx += dy - softmax(x)·Σ dy, row by row, with softmax(x) = exp y.</summary>
    private sealed class LogSoftmaxOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly LogSoftmaxOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            int n = node.Columns;
            Span<T> softmax = tape.Arena[tape.Arena.TakeDirty(n)];
            for (int start = 0; start < node.Rows * n; start += n)
            {
                ReadOnlySpan<T> dy = tape.Gradient(node.Variable).Slice(start, n);
                Span<T> dx = tape.Gradient(tape.Inputs(node)[0]).Slice(start, n);
                Elementary.Exp<T>(tape.Value(node.Variable).Slice(start, n), softmax);
                TensorPrimitives.FusedMultiplyAdd(softmax, -Reduction.Sum(dy), dx, dx);
                TensorPrimitives.Add(dx, dy, dx);
            }
        }
    }
}
