using System.Diagnostics.CodeAnalysis;

namespace Pallium.Numerics;

/// <summary>The one check between a caller's spans and kernels that trust them.</summary>
internal static class OperandSize
{
    /// <summary>Throws unless a span of <paramref name="length"/> elements holds the last element of the matrix.</summary>
    public static void Check(int length, int rows, int rowStride, int columns, int columnStride, string name)
    {
        long last = ((rows - 1L) * rowStride) + ((columns - 1L) * columnStride);
        if (last >= length || (rowStride | columnStride) < 0)
        {
            Throw(length, last + 1, rows, columns, name);
        }
    }

    [DoesNotReturn]
    private static void Throw(int length, long needed, int rows, int columns, string name) =>
        throw new ArgumentException($"Matrix {name} of {rows} by {columns} with these strides takes {needed} elements, but the span has {length}.", name);
}
