using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Layers;

/// <summary>Moves the channels of one head between slices and padded rows.</summary>
internal static class HeadRows
{
    /// <summary>Copies <paramref name="width"/> numbers of each of n slices to rows of <paramref name="room"/>, the rest zero.</summary>
    /// <param name="source">Begins with the channels of the first slice.</param>
    /// <param name="stride">Numbers from one slice to the next.</param>
    /// <param name="width">Channels.</param>
    /// <param name="room">Numbers of a row; its length divides that of <paramref name="rows"/>.</param>
    /// <param name="rows">[n, room], overwritten.</param>
    public static void Take<T>(ReadOnlySpan<T> source, int stride, int width, int room, Span<T> rows)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int step = 0; step * room < rows.Length; step++)
        {
            Span<T> row = rows.Slice(step * room, room);
            source.Slice(step * stride, width).CopyTo(row);
            row[width..].Clear();
        }
    }

    /// <summary>Copies rows back to slices.</summary>
    public static void Put<T>(ReadOnlySpan<T> rows, int room, int width, Span<T> target, int stride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int step = 0; step * room < rows.Length; step++)
        {
            rows.Slice(step * room, width).CopyTo(target[(step * stride)..]);
        }
    }

    /// <summary>Adds rows, times a factor, to slices.</summary>
    public static void Add<T>(ReadOnlySpan<T> rows, int room, int width, T factor, Span<T> target, int stride)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        for (int step = 0; step * room < rows.Length; step++)
        {
            Span<T> slice = target.Slice(step * stride, width);
            TensorPrimitives.FusedMultiplyAdd(rows.Slice(step * room, width), factor, slice, slice);
        }
    }

    /// <summary>Writes a matrix [rows, columns] transposed, [columns, rows].</summary>
    public static void Transpose<T>(ReadOnlySpan<T> matrix, int rows, int columns, Span<T> transposed)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        const int Block = 16;
        for (int top = 0; top < rows; top += Block)
        {
            for (int column = 0; column < columns; column++)
            {
                Span<T> target = transposed.Slice((column * rows) + top, Math.Min(Block, rows - top));
                for (int row = 0; row < target.Length; row++)
                {
                    target[row] = matrix[((top + row) * columns) + column];
                }
            }
        }
    }
}
