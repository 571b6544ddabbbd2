using System.Numerics;

namespace Pallium.Numerics;

/// <summary>The right-hand side B[k, n] of many products, rearranged once for the kernels to read in order.</summary>
/// <remarks>A row alone and a row in a batch give the same bits; with one row the product streams B once.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class PackedMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T> _panels;

    /// <summary>Room for a matrix with <paramref name="rows"/> (k) and <paramref name="columns"/> (n).</summary>
    public PackedMatrix(int rows, int columns)
    {
        Rows = rows;
        Columns = columns;
        _panels = new AlignedBuffer<T>(rows * columns);
    }

    /// <summary>k.</summary>
    public int Rows { get; }

    /// <summary>n.</summary>
    public int Columns { get; }

    /// <summary>Takes B from <paramref name="source"/>, stored [k, n].</summary>
    public void Pack(ReadOnlySpan<T> source) => Pack(source, Columns, 1);

    /// <summary>Takes B from <paramref name="source"/>, stored transposed, [n, k]: how weights [out, in] are kept.</summary>
    public void PackTransposed(ReadOnlySpan<T> source) => Pack(source, 1, Rows);

    /// <summary>Takes B[i, j] = source[i·rowStride + j·columnStride].</summary>
    public void Pack(ReadOnlySpan<T> source, int rowStride, int columnStride)
    {
        Span<T> panels = _panels.Span;
        for (int i = 0; i < Rows; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                panels[(i * Columns) + j] = source[(i * rowStride) + (j * columnStride)];
            }
        }
    }

    /// <summary>C[m, n] += A[m, k]·B.</summary>
    public void Accumulate(int m, ReadOnlySpan<T> a, int strideA, Span<T> c, int strideC) =>
        MatrixProduct.Accumulate(m, Columns, Rows, a, strideA, _panels.Span, Columns, c, strideC);
}
