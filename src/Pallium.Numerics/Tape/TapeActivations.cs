using System.Numerics;

namespace Pallium.Numerics;

/// <summary>Element-wise functions on the tape, forward and reverse by <see cref="Elementary"/>.</summary>
public static class TapeActivations
{
    private delegate void Function<T>(ReadOnlySpan<T> x, Span<T> y);

    private delegate void Reverse<T>(ReadOnlySpan<T> kept, ReadOnlySpan<T> gradY, Span<T> gradX);

    /// <summary>y = tanh x; dx += (1 - y²) dy.</summary>
    public static Variable Tanh<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Operation<T>.Tanh.Apply(tape, x);

    /// <summary>y = σ(x) = 1/(1 + exp(-x)); dx += y (1 - y) dy.</summary>
    public static Variable Sigmoid<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Operation<T>.Sigmoid.Apply(tape, x);

    /// <summary>y = exp x; dx += y dy.</summary>
    public static Variable Exp<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Operation<T>.Exp.Apply(tape, x);

    /// <summary>y = log x, natural, for positive x; dx += dy/x.</summary>
    public static Variable Log<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Operation<T>.Log.Apply(tape, x);

    /// <summary>y = log(1 + exp x); dx += σ(x) dy.</summary>
    public static Variable Softplus<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Operation<T>.Softplus.Apply(tape, x);

    /// <summary>y = x σ(x).</summary>
    public static Variable Silu<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => tape.Multiply(x, tape.Sigmoid(x));

    /// <summary>y = x².</summary>
    public static Variable Square<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => tape.Multiply(x, x);

    private sealed class Operation<T>(Function<T> function, Reverse<T> reverse, bool reversesFromOutput) : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly Operation<T> Tanh = new(Elementary.Tanh, Elementary.TanhBackward, reversesFromOutput: true);
        public static readonly Operation<T> Sigmoid = new(Elementary.Sigmoid, Elementary.SigmoidBackward, reversesFromOutput: true);
        public static readonly Operation<T> Exp = new(Elementary.Exp, Elementary.ExpBackward, reversesFromOutput: true);
        public static readonly Operation<T> Log = new(Elementary.Log, Elementary.LogBackward, reversesFromOutput: false);
        public static readonly Operation<T> Softplus = new(Elementary.Softplus, Elementary.SoftplusBackward, reversesFromOutput: false);

        public Variable Apply(Tape<T> tape, Variable x)
        {
            Variable y = tape.Add(this, [x], tape.Shape(x).Rows, tape.Shape(x).Columns);
            function(tape.Value(x), tape.Value(y));
            return y;
        }

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            Variable x = tape.Inputs(node)[0];
            reverse(tape.Value(reversesFromOutput ? node.Variable : x), tape.Gradient(node.Variable), tape.Gradient(x));
        }
    }
}
