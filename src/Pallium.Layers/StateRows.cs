using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Layers;

/// <summary>Columns of a block of state rows [B, S]: a part of every stream's state.</summary>
internal static class StateRows
{
    /// <summary>Copies columns offset .. offset + size to <paramref name="part"/>, [B, size]; zeros where <paramref name="states"/> is empty.</summary>
    public static void Take<T>(int rows, int stateSize, int offset, int size, ReadOnlySpan<T> states, Span<T> part)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (states.IsEmpty)
        {
            part.Clear();
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            states.Slice((row * stateSize) + offset, size).CopyTo(part[(row * size)..]);
        }
    }

    /// <summary>Copies <paramref name="part"/> to columns offset .. offset + size.</summary>
    public static void Put<T>(int rows, int stateSize, int offset, int size, ReadOnlySpan<T> part, Span<T> states)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int row = 0; row < rows; row++)
        {
            part.Slice(row * size, size).CopyTo(states[((row * stateSize) + offset)..]);
        }
    }

    /// <summary>Adds <paramref name="part"/> to columns offset .. offset + size; nothing where <paramref name="states"/> is empty.</summary>
    public static void Add<T>(int rows, int stateSize, int offset, int size, ReadOnlySpan<T> part, Span<T> states)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        if (states.IsEmpty)
        {
            return;
        }

        for (int row = 0; row < rows; row++)
        {
            Span<T> target = states.Slice((row * stateSize) + offset, size);
            TensorPrimitives.Add(target, part.Slice(row * size, size), target);
        }
    }
}
