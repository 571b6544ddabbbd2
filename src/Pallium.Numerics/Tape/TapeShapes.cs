using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Numerics;

/// <summary>Cutting and joining on the tape.</summary>
public static class TapeShapes
{
    /// <summary>The same numbers in another shape: no copy.</summary>
    /// <exception cref="ArgumentException">The number of elements differs.</exception>
    public static Variable Reshape<T>(this Tape<T> tape, Variable x, int rows, int columns)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int m, int n) = tape.Shape(x);
        return checked(rows * columns) == m * n
            ? tape.View(x, 0, rows, columns)
            : throw new ArgumentException($"[{m}, {n}] cannot take the shape [{rows}, {columns}]: the number of elements differs.");
    }

    /// <summary>The same numbers, from which no gradient flows back: no copy.</summary>
    public static Variable StopGradient<T>(this Tape<T> tape, Variable x)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        tape.View(x, 0, tape.Shape(x).Rows, tape.Shape(x).Columns, differentiated: false);

    /// <summary>Rows start .. start + count - 1: no copy.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They lie outside x.</exception>
    public static Variable SliceRows<T>(this Tape<T> tape, Variable x, int start, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int m, int n) = tape.Shape(x);
        CheckRange(start, count, m, "rows");
        return tape.View(x, start * n, count, n);
    }

    /// <summary>Columns start .. start + count - 1.</summary>
    /// <exception cref="ArgumentOutOfRangeException">They lie outside x.</exception>
    public static Variable SliceColumns<T>(this Tape<T> tape, Variable x, int start, int count)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int m, int n) = tape.Shape(x);
        CheckRange(start, count, n, "columns");
        Variable y = tape.Add(SliceColumnsOperation<T>.Instance, [x], m, count, new() { First = start });
        for (int row = 0; row < m; row++)
        {
            tape.Value(x).Slice((row * n) + start, count).CopyTo(tape.Value(y)[(row * count)..]);
        }

        return y;
    }

    /// <summary>Matrices of equally many rows side by side.</summary>
    /// <exception cref="ArgumentException">The numbers of rows differ, or there is no part.</exception>
    public static Variable ConcatenateColumns<T>(this Tape<T> tape, params ReadOnlySpan<Variable> parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int columns = 0;
        foreach (Variable part in parts)
        {
            columns += tape.Shape(part).Columns;
            CheckEqual(tape.Shape(part).Rows, tape.Shape(parts[0]).Rows, "rows");
        }

        CheckAny(parts);
        int rows = tape.Shape(parts[0]).Rows;
        Variable y = tape.Add(ConcatenateColumnsOperation<T>.Instance, parts, rows, columns);
        int start = 0;
        foreach (Variable part in parts)
        {
            int count = tape.Shape(part).Columns;
            for (int row = 0; row < rows; row++)
            {
                tape.Value(part).Slice(row * count, count).CopyTo(tape.Value(y)[((row * columns) + start)..]);
            }

            start += count;
        }

        return y;
    }

    /// <summary>Matrices of equally many columns one above the other.</summary>
    /// <exception cref="ArgumentException">The numbers of columns differ, or there is no part.</exception>
    public static Variable ConcatenateRows<T>(this Tape<T> tape, params ReadOnlySpan<Variable> parts)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int rows = 0;
        foreach (Variable part in parts)
        {
            rows += tape.Shape(part).Rows;
            CheckEqual(tape.Shape(part).Columns, tape.Shape(parts[0]).Columns, "columns");
        }

        CheckAny(parts);
        Variable y = tape.Add(ConcatenateRowsOperation<T>.Instance, parts, rows, tape.Shape(parts[0]).Columns);
        int start = 0;
        foreach (Variable part in parts)
        {
            tape.Value(part).CopyTo(tape.Value(y)[start..]);
            start += tape.Value(part).Length;
        }

        return y;
    }

    /// <summary>y[i] = first[i] for the k rows of <paramref name="first"/>, then x[i - k]: with k = B, a time-major sequence one step later.</summary>
    /// <exception cref="ArgumentException">The numbers of columns differ.</exception>
    /// <exception cref="ArgumentOutOfRangeException">x has fewer than k rows.</exception>
    public static Variable ShiftRows<T>(this Tape<T> tape, Variable x, Variable first)
        where T : unmanaged, IBinaryFloatingPointIeee754<T> =>
        tape.ConcatenateRows(first, tape.SliceRows(x, 0, tape.Shape(x).Rows - tape.Shape(first).Rows));

    private static void CheckRange(int start, int count, int size, string what)
    {
        if (start < 0 || count < 0 || start > size - count)
        {
            throw new ArgumentOutOfRangeException(nameof(start), $"A slice of {count} {what} from {start} on does not fit in {size} {what}.");
        }
    }

    private static void CheckEqual(int found, int expected, string what)
    {
        if (found != expected)
        {
            throw new ArgumentException($"All parts need the same number of {what}: {expected} in the first, {found} in another.");
        }
    }

    private static void CheckAny(ReadOnlySpan<Variable> parts)
    {
        if (parts.IsEmpty)
        {
            throw new ArgumentException("Nothing to concatenate: at least one part is needed.", nameof(parts));
        }
    }

    private sealed class SliceColumnsOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly SliceColumnsOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            Variable x = tape.Inputs(node)[0];
            int n = tape.Shape(x).Columns;
            for (int row = 0; row < node.Rows; row++)
            {
                Span<T> dx = tape.Gradient(x).Slice((row * n) + node.Trace.First, node.Columns);
                TensorPrimitives.Add(dx, tape.Gradient(node.Variable).Slice(row * node.Columns, node.Columns), dx);
            }
        }
    }

    private sealed class ConcatenateColumnsOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly ConcatenateColumnsOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            int start = 0;
            foreach (Variable part in tape.Inputs(node))
            {
                int count = tape.Shape(part).Columns;
                for (int row = 0; row < node.Rows && tape.Wants(part); row++)
                {
                    Span<T> dx = tape.Gradient(part).Slice(row * count, count);
                    TensorPrimitives.Add(dx, tape.Gradient(node.Variable).Slice((row * node.Columns) + start, count), dx);
                }

                start += count;
            }
        }
    }

    private sealed class ConcatenateRowsOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly ConcatenateRowsOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            int start = 0;
            foreach (Variable part in tape.Inputs(node))
            {
                int count = tape.Value(part).Length;
                Span<T> dx = tape.WantedGradient(part);
                TensorPrimitives.Add(dx, tape.Gradient(node.Variable).Slice(start, dx.Length), dx);
                start += count;
            }
        }
    }
}
