using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Pallium.Numerics;

/// <summary>Copies a part of a matrix into a panel, row after row of a fixed width, for a kernel to read from front to back.</summary>
internal static class PanelPacking<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>panel[p·width + j] = source[p·rowStride + j·columnStride] for the given rows and columns; the rest is left as it is.</summary>
    public static void Pack(int rows, int columns, ref readonly T source, nint rowStride, nint columnStride, ref T panel, int width)
    {
        if (columnStride == 1)
        {
            PackRows(rows, columns, in source, rowStride, ref panel, width);
            return;
        }

        int wholeRows = 0;
        int wholeColumns = 0;
        if (rowStride == 1 && typeof(T) == typeof(float) && Sse.IsSupported)
        {
            wholeRows = rows & ~3;
            wholeColumns = columns & ~3;
            PackTransposed(
                wholeRows, wholeColumns, in Unsafe.As<T, float>(ref Unsafe.AsRef(in source)), columnStride, ref Unsafe.As<T, float>(ref panel), width);
        }

        PackElements(0, wholeRows, wholeColumns, columns, in source, rowStride, columnStride, ref panel, width);
        PackElements(wholeRows, rows, 0, columns, in source, rowStride, columnStride, ref panel, width);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackRows(int rows, int columns, ref readonly T source, nint rowStride, ref T panel, int width)
    {
        int whole = columns - (columns % Vector256<T>.Count);
        for (int p = 0; p < rows; p++)
        {
            ref T from = ref Unsafe.Add(ref Unsafe.AsRef(in source), p * rowStride);
            ref T to = ref Unsafe.Add(ref panel, p * width);
            for (int j = 0; j < whole; j += Vector256<T>.Count)
            {
                Vector256.LoadUnsafe(ref from, (nuint)j).StoreUnsafe(ref to, (nuint)j);
            }

            for (int j = whole; j < columns; j++)
            {
                Unsafe.Add(ref to, j) = Unsafe.Add(ref from, j);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackElements(
        int firstRow, int endRow, int firstColumn, int endColumn, ref readonly T source, nint rowStride, nint columnStride, ref T panel, int width)
    {
        for (int p = firstRow; p < endRow; p++)
        {
            ref T from = ref Unsafe.Add(ref Unsafe.AsRef(in source), p * rowStride);
            ref T to = ref Unsafe.Add(ref panel, p * width);
            for (int j = firstColumn; j < endColumn; j++)
            {
                Unsafe.Add(ref to, j) = Unsafe.Add(ref from, j * columnStride);
            }
        }
    }

    // Squares of 4 by 4: four steps of four columns in, four columns of four steps out.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void PackTransposed(int rows, int columns, ref readonly float source, nint columnStride, ref float panel, int width)
    {
        for (int p = 0; p < rows; p += 4)
        {
            for (int j = 0; j < columns; j += 4)
            {
                ref float from = ref Unsafe.Add(ref Unsafe.AsRef(in source), (j * columnStride) + p);
                Vector128<float> c0 = Vector128.LoadUnsafe(ref from);
                Vector128<float> c1 = Vector128.LoadUnsafe(ref from, (nuint)columnStride);
                Vector128<float> c2 = Vector128.LoadUnsafe(ref from, (nuint)(2 * columnStride));
                Vector128<float> c3 = Vector128.LoadUnsafe(ref from, (nuint)(3 * columnStride));
                Vector128<float> low01 = Sse.UnpackLow(c0, c1);
                Vector128<float> high01 = Sse.UnpackHigh(c0, c1);
                Vector128<float> low23 = Sse.UnpackLow(c2, c3);
                Vector128<float> high23 = Sse.UnpackHigh(c2, c3);
                ref float to = ref Unsafe.Add(ref panel, (p * width) + j);
                Sse.MoveLowToHigh(low01, low23).StoreUnsafe(ref to);
                Sse.MoveHighToLow(low23, low01).StoreUnsafe(ref to, (nuint)width);
                Sse.MoveLowToHigh(high01, high23).StoreUnsafe(ref to, (nuint)(2 * width));
                Sse.MoveHighToLow(high23, high01).StoreUnsafe(ref to, (nuint)(3 * width));
            }
        }
    }
}
