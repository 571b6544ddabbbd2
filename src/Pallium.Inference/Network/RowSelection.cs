using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Moves of whole rows on a tape.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class RowSelection<T> : TapeOperation<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private static readonly RowSelection<T> Instance = new();

    /// <summary>Each row of <paramref name="x"/>, or <paramref name="replacement"/> [1, C] where <paramref name="replace"/> says so.</summary>
    public static Variable Select(Tape<T> tape, Variable x, Variable replacement, bool[] replace)
    {
        (int rows, int columns) = tape.Shape(x);
        ArenaSlice marks = tape.Arena.Take(rows);
        Span<T> replaced = tape.Arena[marks];
        Variable y = tape.Add(Instance, [x, replacement], rows, columns, new TapeTrace<T> { Kept = marks });
        Span<T> value = tape.Value(y);
        tape.Value(x).CopyTo(value);
        for (int row = 0; row < rows; row++)
        {
            if (replace[row])
            {
                replaced[row] = T.One;
                tape.Value(replacement).CopyTo(value[(row * columns)..]);
            }
        }

        return y;
    }

    /// <summary>Time-major rows one step later: <paramref name="first"/> [B, C], then all but the last step of <paramref name="x"/> [T·B, C].</summary>
    public static Variable Delay(Tape<T> tape, Variable x, Variable first, int rowsPerStep)
    {
        (int rows, int columns) = tape.Shape(x);
        return tape.ConcatenateRows(first, tape.SliceRows(x, 0, rows - rowsPerStep));
    }

    public override void Backward(Tape<T> tape, in TapeNode<T> node)
    {
        ReadOnlySpan<Variable> inputs = tape.Inputs(node);
        ReadOnlySpan<T> dy = tape.Gradient(node.Variable);
        Span<T> dx = tape.WantedGradient(inputs[0]);
        Span<T> replacement = tape.WantedGradient(inputs[1]);
        ReadOnlySpan<T> replaced = tape.Arena[node.Trace.Kept];
        for (int row = 0; row < node.Rows; row++)
        {
            ReadOnlySpan<T> from = dy.Slice(row * node.Columns, node.Columns);
            Span<T> into = replaced[row] != T.Zero ? replacement : dx.IsEmpty ? dx : dx.Slice(row * node.Columns, node.Columns);
            if (!into.IsEmpty)
            {
                TensorPrimitives.Add(into, from, into);
            }
        }
    }
}
