using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>Rows looked up by number, and losses of single rows.</summary>
public static class TapeRows
{
    /// <summary>y[i] = x[indices[i]]: an embedding where x is a table, a readout at chosen places where x is a sequence.</summary>
    /// <remarks>O(indices·columns); rows that are not named cost nothing. The gradients of a row named twice are added in order.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">An index is not a row of x.</exception>
    public static Variable GatherRows<T>(this Tape<T> tape, Variable x, ReadOnlySpan<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int rows, int columns) = tape.Shape(x);
        ArenaSlice kept = Keep(tape, indices);
        Variable y = tape.Add(GatherOperation<T>.Instance, [x], indices.Length, columns, new() { Kept = kept });
        for (int i = 0; i < indices.Length; i++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(indices[i], nameof(indices));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(indices[i], rows, nameof(indices));
            tape.Value(x).Slice(indices[i] * columns, columns).CopyTo(tape.Value(y)[(i * columns)..]);
        }

        return y;
    }

    /// <summary>Σ_i (log Σ_k exp x[i, k] - x[i, targets[i]]), [1, 1]: the summed cross-entropy of one class per row, in nats.</summary>
    /// <exception cref="ArgumentException">There is not one target per row.</exception>
    /// <exception cref="ArgumentOutOfRangeException">A target is not a column of x.</exception>
    public static Variable CrossEntropy<T>(this Tape<T> tape, Variable x, ReadOnlySpan<int> targets)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        (int rows, int columns) = tape.Shape(x);
        if (targets.Length != rows)
        {
            throw new ArgumentException($"A cross-entropy of {rows} rows needs as many targets; {targets.Length} were given.", nameof(targets));
        }

        // The gradient, softmax less one-hot, falls out of the forward computation; the reverse pass only scales it.
        ArenaSlice kept = tape.Arena.TakeDirty(rows * columns);
        Variable loss = tape.Add(CrossEntropyOperation<T>.Instance, [x], 1, 1, new() { Kept = kept });
        double sum = 0;
        for (int row = 0; row < rows; row++)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(targets[row], nameof(targets));
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(targets[row], columns, nameof(targets));
            ReadOnlySpan<T> logits = tape.Value(x).Slice(row * columns, columns);
            Span<T> softmax = tape.Arena[kept].Slice(row * columns, columns);
            T most = Reduction.Max(logits);
            TensorPrimitives.Subtract(logits, most, softmax);
            T right = softmax[targets[row]];
            Elementary.Exp<T>(softmax, softmax);
            T total = Reduction.Sum<T>(softmax);
            TensorPrimitives.Multiply(softmax, T.One / total, softmax);
            softmax[targets[row]] -= T.One;
            sum += double.CreateTruncating(Elementary.Log(total) - right);
        }

        tape.Value(loss)[0] = T.CreateTruncating(sum);
        return loss;
    }

    private static ArenaSlice Keep<T>(Tape<T> tape, ReadOnlySpan<int> indices)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArenaSlice kept = tape.Arena.TakeDirty(indices.Length);
        indices.CopyTo(MemoryMarshal.Cast<T, int>(tape.Arena[kept]));
        return kept;
    }

    /// <summary>dx[indices[i]] += dy[i], in order.</summary>
    private sealed class GatherOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly GatherOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            Span<T> dx = tape.Gradient(tape.Inputs(node)[0]);
            ReadOnlySpan<T> dy = tape.Gradient(node.Variable);
            ReadOnlySpan<int> indices = MemoryMarshal.Cast<T, int>(tape.Arena[node.Trace.Kept]);
            for (int i = 0; i < node.Rows; i++)
            {
                Span<T> into = dx.Slice(indices[i] * node.Columns, node.Columns);
                TensorPrimitives.Add(into, dy.Slice(i * node.Columns, node.Columns), into);
            }
        }
    }

    /// <summary>dx += (softmax(x) - one-hot)·dy.</summary>
    private sealed class CrossEntropyOperation<T> : TapeOperation<T>
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        public static readonly CrossEntropyOperation<T> Instance = new();

        public override void Backward(Tape<T> tape, in TapeNode<T> node)
        {
            Span<T> dx = tape.Gradient(tape.Inputs(node)[0]);
            TensorPrimitives.FusedMultiplyAdd(tape.Arena[node.Trace.Kept], tape.Gradient(node.Variable)[0], dx, dx);
        }
    }
}
