using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>The right-hand side B[k, n] of many products, rearranged once for the kernels to read in order.</summary>
/// <remarks>
/// B lies in panels as wide as a register tile (64 floats at 512 bits), each [k, width], so that a product reads it from
/// front to back in whole cache lines. A row alone and a row in a batch give the same bits; with one row the product
/// streams B once. Products only read, and may run on many threads at once.
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
        : this(rows, columns, PanelWidth)
    {
    }

    /// <summary>Room for a matrix in panels of <paramref name="width"/> columns, those of the kernel that will read it.</summary>
    internal PackedMatrix(int rows, int columns, int width)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(rows);
        ArgumentOutOfRangeException.ThrowIfNegative(columns);
        Rows = rows;
        Columns = columns;
        _width = width;
        _panels = new AlignedBuffer<T>(checked(rows * ((columns + width - 1) / width * width)));
    }

    /// <summary>k.</summary>
    public int Rows { get; }

    /// <summary>n.</summary>
    public int Columns { get; }

    /// <summary>How numbers are multiplied: null, exactly; else by L-Mul. Set it before packing; single precision only.</summary>
    /// <exception cref="NotSupportedException">L-Mul is asked of double precision.</exception>
    public LMul? Product
    {
        get;
        set => field = value is null || typeof(T) == typeof(float) ? value : throw new NotSupportedException("L-Mul multiplies numbers of single precision; found double.");
    }

    private static int PanelWidth =>
        LaneWidth.Is512 ? RegisterTile<T, Lanes512<T>>.Width
        : LaneWidth.Is256 ? RegisterTile<T, Lanes256<T>>.Width
        : RegisterTile<T, Lanes128<T>>.Width;

    /// <summary>Takes B from <paramref name="source"/>, stored [k, n].</summary>
    /// <exception cref="ArgumentException">The span ends before the matrix does.</exception>
    public void Pack(ReadOnlySpan<T> source) => Pack(source, Columns, 1);

    /// <summary>Takes B from <paramref name="source"/>, stored transposed, [n, k]: how weights [out, in] are kept.</summary>
    /// <exception cref="ArgumentException">The span ends before the matrix does.</exception>
    public void PackTransposed(ReadOnlySpan<T> source) => Pack(source, 1, Rows);

    /// <summary>Takes B[i, j] = source[i·rowStride + j·columnStride].</summary>
    /// <exception cref="ArgumentException">The span ends before the matrix does.</exception>
    public void Pack(ReadOnlySpan<T> source, int rowStride, int columnStride)
    {
        if (Rows == 0 || Columns == 0)
        {
            return;
        }

        OperandSize.Check(source.Length, Rows, rowStride, Columns, columnStride, nameof(source));
        for (int j = 0; j < Columns; j += _width)
        {
            PanelPacking<T>.Pack(Rows, Math.Min(_width, Columns - j), in source[j * columnStride], rowStride, columnStride, ref _panels.Span[j * Rows], _width);
        }

        Product?.Truncate(MemoryMarshal.Cast<T, float>(_panels.Span));
    }

    /// <summary>C[m, n] += A[m, k]·B.</summary>
    /// <exception cref="ArgumentException">A span ends before its matrix does.</exception>
    public void Accumulate(int m, ReadOnlySpan<T> a, int strideA, Span<T> c, int strideC) => Multiply(m, a, strideA, c, strideC, c, strideC);

    /// <summary>
    /// C[m, n] = S[m, n] + A[m, k]·B, the chain of every output beginning at S: a bias with <paramref name="strideStart"/> 0,
    /// or a part computed before.
    /// </summary>
    /// <remarks>The bits are those of copying S to C and accumulating; S may be C itself but not overlap it otherwise.</remarks>
    /// <exception cref="ArgumentException">A span ends before its matrix does.</exception>
    public void Multiply(int m, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> start, int strideStart, Span<T> c, int strideC)
    {
        if (LaneWidth.Is512)
        {
            Multiply<Lanes512<T>>(m, a, strideA, start, strideStart, c, strideC);
        }
        else if (LaneWidth.Is256)
        {
            Multiply<Lanes256<T>>(m, a, strideA, start, strideStart, c, strideC);
        }
        else
        {
            Multiply<Lanes128<T>>(m, a, strideA, start, strideStart, c, strideC);
        }
    }

    internal void Multiply<V>(int m, ReadOnlySpan<T> a, int strideA, ReadOnlySpan<T> start, int strideStart, Span<T> c, int strideC)
        where V : unmanaged, ILanes<V, T>
    {
        if (m <= 0 || Columns == 0)
        {
            return;
        }

        OperandSize.Check(start.Length, m, strideStart, Columns, 1, nameof(start));
        OperandSize.Check(c.Length, m, strideC, Columns, 1, nameof(c));
        if (Rows == 0)
        {
            for (int i = 0; i < m; i++)
            {
                start.Slice(i * strideStart, Columns).CopyTo(c[(i * strideC)..]);
            }

            return;
        }

        OperandSize.Check(a.Length, m, strideA, Rows, 1, nameof(a));
        if (Product is { } rule)
        {
            LeftFactor<float> factors = new(in Unsafe.As<T, float>(ref Unsafe.AsRef(in a[0])), strideA, 1);
            RightFactor<float> panels = new(in Unsafe.As<T, float>(ref _panels.Span[0]), (nint)Rows * _width, _width);
            Sums<float> chains = new(in Unsafe.As<T, float>(ref Unsafe.AsRef(in start[0])), strideStart, ref Unsafe.As<T, float>(ref c[0]), strideC);
            LMulProduct.Run(rule, m, Columns, Rows, in factors, in panels, _width, in chains);
            return;
        }

        LeftFactor<T> left = new(in a[0], strideA, 1);
        RightFactor<T> right = new(in _panels.Span[0], (nint)Rows * _width, _width);
        Sums<T> sums = new(in start[0], strideStart, ref c[0], strideC);
        ProductLoops<T, V>.Run(m, Columns, Rows, in left, in right, in sums);
    }
}
