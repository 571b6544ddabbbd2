using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Numerics;

/// <summary>Element-wise arithmetic on the tape; the second operand may be a row [1, n], a column [m, 1] or one number, repeated over the first, [m, n].</summary>
public static class TapeArithmetic
{
    /// <summary>y = a + b.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Add<T>(this Tape<T> tape, Variable a, Variable b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Sum(tape, a, b, T.One);

    /// <summary>y = a - b.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Subtract<T>(this Tape<T> tape, Variable a, Variable b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> => Sum(tape, a, b, -T.One);

    /// <summary>y = a·b, element by element.</summary>
    /// <exception cref="ArgumentException">The shapes do not fit.</exception>
    public static Variable Multiply<T>(this Tape<T> tape, Variable a, Variable b)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Repeat repeat = Repeat.Of(tape.Shape(a), tape.Shape(b));
        Variable y = tape.Add(ProductOperation<T>.Instance, [a, b], tape.Shape(a).Rows, tape.Shape(a).Columns);
        ReadOnlySpan<T> first = tape.Value(a);
        ReadOnlySpan<T> second = tape.Value(b);
        Span<T> value = tape.Value(y);
        for (int i = 0; i < repeat.Runs; i++)
        {
            if (repeat.IsScalar)
            {
                TensorPrimitives.Multiply(repeat.Run(first, i), repeat.Second(second, i)[0], repeat.Run(value, i));
            }
            else
            {
                TensorPrimitives.Multiply(repeat.Run(first, i), repeat.Second(second, i), repeat.Run(value, i));
            }
        }

        return y;
    }

    /// <summary>y = factor·x.</summary>
    public static Variable Scale<T>(this Tape<T> tape, Variable x, T factor)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = tape.Add(ScaleOperation<T>.Instance, [x], tape.Shape(x).Rows, tape.Shape(x).Columns, new() { Factor = factor });
        TensorPrimitives.Multiply(tape.Value(x), factor, tape.Value(y));
        return y;
    }

    /// <summary>y = x + offset.</summary>
    public static Variable AddScalar<T>(this Tape<T> tape, Variable x, T offset)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Variable y = tape.Add(ScaleOperation<T>.Instance, [x], tape.Shape(x).Rows, tape.Shape(x).Columns, new() { Factor = T.One });
        TensorPrimitives.Add(tape.Value(x), offset, tape.Value(y));
        return y;
    }

    /// <summary>y = x·mask, the mask being drawn outside: 0 where dropped, 1/(1 - rate) where kept.</summary>
    /// <exception cref="ArgumentException">The mask has another length than x.</exception>
    public static Variable Dropout<T>(this Tape<T> tape, Variable x, ReadOnlySpan<T> mask)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        tape.Multiply(x, tape.Constant(mask, tape.Shape(x).Rows, tape.Shape(x).Columns));

    /// <summary>total += each row of <paramref name="rows"/>, in order.</summary>
    internal static void AddRows<T>(ReadOnlySpan<T> rows, Span<T> total)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int start = 0; start < rows.Length; start += total.Length)
        {
            TensorPrimitives.Add(total, rows.Slice(start, total.Length), total);
        }
    }

    private static Variable Sum<T>(Tape<T> tape, Variable a, Variable b, T sign)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        Repeat repeat = Repeat.Of(tape.Shape(a), tape.Shape(b));
        Variable y = tape.Add(SumOperation<T>.Instance, [a, b], tape.Shape(a).Rows, tape.Shape(a).Columns, new() { Factor = sign });
        ReadOnlySpan<T> first = tape.Value(a);
        ReadOnlySpan<T> second = tape.Value(b);
        Span<T> value = tape.Value(y);
        for (int i = 0; i < repeat.Runs; i++)
        {
            // The product with ±1 is exact, so that this is a + b or a - b, rounded once.
            if (repeat.IsScalar)
            {
                TensorPrimitives.Add(repeat.Run(first, i), sign * repeat.Second(second, i)[0], repeat.Run(value, i));
            }
            else
            {
                TensorPrimitives.FusedMultiplyAdd(repeat.Second(second, i), sign, repeat.Run(first, i), repeat.Run(value, i));
            }
        }

        return y;
    }

    /// <summary>How the second operand is repeated: the first is cut into runs, and each meets a run or one number of the second.</summary>
    private readonly record struct Repeat(int Runs, int Length, int Step, bool IsScalar)
    {
        public static Repeat Of((int Rows, int Columns) a, (int Rows, int Columns) b)
        {
            if (a == b)
            {
                return new(1, a.Rows * a.Columns, 0, false);
            }

            if ((b.Rows != 1 && b.Rows != a.Rows) || (b.Columns != 1 && b.Columns != a.Columns))
            {
                throw new ArgumentException($"[{b.Rows}, {b.Columns}] cannot be repeated over [{a.Rows}, {a.Columns}]: the second operand is of the same shape, a row, a column or one number.");
            }

            return b.Columns == a.Columns ? new(a.Rows, a.Columns, 0, false) : new(a.Rows, a.Columns, b.Rows == 1 ? 0 : 1, true);
        }

        public ReadOnlySpan<T> Run<T>(ReadOnlySpan<T> values, int run) => values.Slice(run * Length, Length);

        public Span<T> Run<T>(Span<T> values, int run) => values.Slice(run * Length, Length);

        public ReadOnlySpan<T> Second<T>(ReadOnlySpan<T> values, int run) => values.Slice(run * Step, IsScalar ? 1 : Length);

        public Span<T> Second<T>(Span<T> values, int run) => values.Slice(run * Step, IsScalar ? 1 : Length);
    }

    /// <summary>da += dy, db += ±dy.</summary>
    private sealed class SumOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly SumOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            (Variable a, Variable b) = (tape.Inputs(node)[0], tape.Inputs(node)[1]);
            ReadOnlySpan<T> dy = tape.Gradient(node.Variable);
            if (tape.Wants(a))
            {
                TensorPrimitives.Add(tape.Gradient(a), dy, tape.Gradient(a));
            }

            if (!tape.Wants(b))
            {
                return;
            }

            Repeat repeat = Repeat.Of(tape.Shape(a), tape.Shape(b));
            T sign = node.Trace.Factor;
            for (int i = 0; i < repeat.Runs; i++)
            {
                Span<T> db = repeat.Second(tape.Gradient(b), i);
                if (repeat.IsScalar)
                {
                    db[0] += sign * Reduction.Sum(repeat.Run(dy, i));
                }
                else
                {
                    TensorPrimitives.FusedMultiplyAdd(repeat.Run(dy, i), sign, db, db);
                }
            }
        }
    }

    /// <summary>da += dy·b, db += dy·a.</summary>
    private sealed class ProductOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly ProductOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            (Variable a, Variable b) = (tape.Inputs(node)[0], tape.Inputs(node)[1]);
            Repeat repeat = Repeat.Of(tape.Shape(a), tape.Shape(b));
            for (int i = 0; i < repeat.Runs; i++)
            {
                ReadOnlySpan<T> dy = repeat.Run(tape.Gradient(node.Variable), i);
                if (tape.Wants(a))
                {
                    BackwardFirst(dy, repeat.Second(tape.Value(b), i), repeat.Run(tape.Gradient(a), i), repeat.IsScalar);
                }

                if (tape.Wants(b))
                {
                    BackwardSecond(dy, repeat.Run(tape.Value(a), i), repeat.Second(tape.Gradient(b), i), repeat.IsScalar);
                }
            }
        }

        private static void BackwardFirst(ReadOnlySpan<T> dy, ReadOnlySpan<T> b, Span<T> da, bool isScalar)
        {
            if (isScalar)
            {
                TensorPrimitives.FusedMultiplyAdd(dy, b[0], da, da);
            }
            else
            {
                TensorPrimitives.FusedMultiplyAdd(dy, b, da, da);
            }
        }

        private static void BackwardSecond(ReadOnlySpan<T> dy, ReadOnlySpan<T> a, Span<T> db, bool isScalar)
        {
            if (isScalar)
            {
                db[0] += Reduction.Dot(dy, a);
            }
            else
            {
                TensorPrimitives.FusedMultiplyAdd(dy, a, db, db);
            }
        }
    }

    /// <summary>dx += factor·dy.</summary>
    private sealed class ScaleOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly ScaleOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            Span<T> dx = tape.Gradient(tape.Inputs(node)[0]);
            TensorPrimitives.FusedMultiplyAdd(tape.Gradient(node.Variable), node.Trace.Factor, dx, dx);
        }
    }
}
