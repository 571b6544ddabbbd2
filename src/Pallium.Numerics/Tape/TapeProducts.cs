using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Matrix products on the tape.</summary>
public static class TapeProducts
{
    /// <summary>y = x Wᵀ + b: each row of x, [m, in], through a weight [out, in] and a bias [1, out].</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Affine<T>(this Tape<T> tape, Variable x, Parameter<T> weight, Parameter<T>? bias = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        tape.Affine(x, tape.Use(weight), bias is null ? null : tape.Use(bias));

    /// <summary>y = x Wᵀ + b with weight and bias that are variables themselves.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Affine<T>(this Tape<T> tape, Variable x, Variable weight, Variable? bias = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int m, int k) = tape.Shape(x);
        (int n, int inner) = tape.Shape(weight);
        if (k != inner || (bias is Variable offset && tape.Shape(offset) != (1, n)))
        {
            throw new ArgumentException($"An affine map of [{m}, {k}] needs a weight [n, {k}] and a bias [1, n]; the weight is [{n}, {inner}].");
        }

        Variable y = bias is Variable b
            ? tape.Add(AffineOperation<T>.Instance, [x, weight, b], m, n)
            : tape.Add(AffineOperation<T>.Instance, [x, weight], m, n);
        Span<T> value = tape.Value(y);
        value.Clear();
        for (int row = 0; row < m && bias is not null; row++)
        {
            tape.Value(bias.Value).CopyTo(value[(row * n)..]);
        }

        MatrixProduct.AccumulateTransposedB(m, n, k, tape.Value(x), k, tape.Value(weight), k, value, n);
        return y;
    }

    /// <summary>y = a·b of [m, k] and [k, n].</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable MatMul<T>(this Tape<T> tape, Variable a, Variable b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int m, int k) = tape.Shape(a);
        (int inner, int n) = tape.Shape(b);
        if (k != inner)
        {
            throw new ArgumentException($"A product of [{m}, {k}] needs [{k}, n] on the right; it is [{inner}, {n}].", nameof(b));
        }

        Variable y = tape.Add(MatMulOperation<T>.Instance, [a, b], m, n);
        Span<T> value = tape.Value(y);
        value.Clear();
        MatrixProduct.Accumulate(m, n, k, tape.Value(a), k, tape.Value(b), n, value, n);
        return y;
    }

    /// <summary>dx += dy W, dW += dyᵀ x, db += sum of the rows of dy in order.</summary>
    private sealed class AffineOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly AffineOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            ReadOnlySpan<Variable> inputs = tape.Inputs(node);
            (int m, int n) = (node.Rows, node.Columns);
            int k = tape.Shape(inputs[0]).Columns;
            ReadOnlySpan<T> dy = tape.Gradient(node.Variable);
            if (tape.Wants(inputs[0]))
            {
                MatrixProduct.Accumulate(m, k, n, dy, n, tape.Value(inputs[1]), k, tape.Gradient(inputs[0]), k);
            }

            if (tape.Wants(inputs[1]))
            {
                MatrixProduct.AccumulateTransposedA(n, k, m, dy, n, tape.Value(inputs[0]), k, tape.Gradient(inputs[1]), k);
            }

            if (inputs.Length > 2 && tape.Wants(inputs[2]))
            {
                TapeArithmetic.AddRows(dy, tape.Gradient(inputs[2]));
            }
        }
    }

    /// <summary>da += dy bᵀ, db += aᵀ dy.</summary>
    private sealed class MatMulOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly MatMulOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            ReadOnlySpan<Variable> inputs = tape.Inputs(node);
            (Variable a, Variable b) = (inputs[0], inputs[1]);
            (int m, int n) = (node.Rows, node.Columns);
            int k = tape.Shape(a).Columns;
            ReadOnlySpan<T> dy = tape.Gradient(node.Variable);
            if (tape.Wants(a))
            {
                MatrixProduct.AccumulateTransposedB(m, k, n, dy, n, tape.Value(b), n, tape.Gradient(a), k);
            }

            if (tape.Wants(b))
            {
                MatrixProduct.AccumulateTransposedA(k, n, m, tape.Value(a), k, dy, n, tape.Gradient(b), n);
            }
        }
    }
}
