using System.Numerics;

namespace Pallium.Numerics;

/// <summary>The right-hand side B[k, n] of many products, rearranged once for the kernels to read in order.</summary>
/// <remarks>
/// B lies in panels of 128 bytes per row, each [k, 32] floats, zeros past the last column, so that a product reads it
/// from front to back in whole cache lines. A row alone and a row in a batch give the same bits; with one row the
/// product streams B once.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class PackedMatrix<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T> _panels;
    private readonly int _width;

    /// <summary>Room for a matrix with <paramref name="rows"/> (k) and <paramref name="columns"/> (n).</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is negative.</exception>
    public PackedMatrix(int rows, int columns)
        : this(rows, columns, LaneWidth.Is512 ? RegisterTile<T, Lanes512<T>>.Width : LaneWidth.Is256 ? RegisterTile<T, Lanes256<T>>.Width : RegisterTile<T, Lanes128<T>>.Width)
    {
    }

    internal PackedMatrix(int rows, int columns, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        _width = width;
        _panels = new AlignedBuffer<T>(rows * ((columns + width - 1) / width * width));
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
        for (int j = 0; j < Columns; j += _width)
        {
            PanelPacking<T>.Pack(Rows, Math.Min(_width, Columns - j), in source[j * columnStride], rowStride, columnStride, ref _panels.Span[j * Rows], _width);
        }
    }

    /// <summary>C[m, n] += A[m, k]·B.</summary>
    public void Accumulate(int m, ReadOnlySpan<T> a, int strideA, Span<T> c, int strideC)
    {
        if (LaneWidth.Is512)
        {
            Accumulate<Lanes512<T>>(m, a, strideA, c, strideC);
        }
        else if (LaneWidth.Is256)
        {
            Accumulate<Lanes256<T>>(m, a, strideA, c, strideC);
        }
        else
        {
            Accumulate<Lanes128<T>>(m, a, strideA, c, strideC);
        }
    }

    internal void Accumulate<V>(int m, ReadOnlySpan<T> a, int strideA, Span<T> c, int strideC)
        where V : unmanaged, ILanes<V, T>
    {
        if (m == 0 || Columns == 0 || Rows == 0)
        {
            return;
        }

        LeftFactor<T> left = new(in a[0], strideA, 1);
        RightFactor<T> right = new(in _panels.Span[0], (nint)Rows * _width, _width);
        Sums<T> sums = new(in c[0], strideC, ref c[0], strideC);
        ProductLoops<T, V>.Run(m, Columns, Rows, in left, in right, in sums);
    }
}
