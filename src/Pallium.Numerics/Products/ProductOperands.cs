using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>The left factor: A(i, p) lies i·<see cref="Row"/> + p·<see cref="Step"/> after the origin.</summary>
/// <remarks>A plain factor has step 1, a transposed one has row 1; one kernel serves both.</remarks>
internal readonly ref struct LeftFactor<T>(ref readonly T origin, nint row, nint step)
{
    public readonly ref readonly T Origin = ref origin;
    public readonly nint Row = row;
    public readonly nint Step = step;

    /// <summary>The part that begins at row i and step p.</summary>
    public LeftFactor<T> From(int i, int p) => new(ref Unsafe.Add(ref Unsafe.AsRef(in Origin), (i * Row) + (p * Step)), Row, Step);
}

/// <summary>The right factor in panels of as many columns as a tile has.</summary>
/// <remarks>
/// B(p, j) lies p·<see cref="Step"/> after the origin, plus <see cref="Panel"/> for every whole panel before j, plus the
/// place of j in its own. A row-major matrix is of this form too: its panels are one width apart.
/// </remarks>
internal readonly ref struct RightFactor<T>(ref readonly T origin, nint panel, nint step)
{
    public readonly ref readonly T Origin = ref origin;
    public readonly nint Panel = panel;
    public readonly nint Step = step;

    /// <summary>The part that begins at step p and column j, of panels of <paramref name="width"/> columns.</summary>
    public RightFactor<T> From(int p, int j, int width)
    {
        (int panel, int place) = Math.DivRem(j, width);
        return new(ref Unsafe.Add(ref Unsafe.AsRef(in Origin), (p * Step) + (panel * Panel) + place), Panel, Step);
    }
}

/// <summary>Where the chains of sums begin and end: from start(i, j) to end(i, j).</summary>
/// <remarks>The start is the result itself when accumulating, and a bias with row stride 0 when not.</remarks>
internal readonly ref struct Sums<T>(ref readonly T start, nint startRow, ref T end, nint row)
{
    public readonly ref readonly T Start = ref start;
    public readonly nint StartRow = startRow;
    public readonly ref T End = ref end;
    public readonly nint Row = row;

    /// <summary>Whether the start is the result itself.</summary>
    public bool StartsAtResult => StartRow == Row && Unsafe.AreSame(in Start, in End);

    /// <summary>The part that begins at row i and column j.</summary>
    public Sums<T> From(int i, int j) =>
        new(ref Unsafe.Add(ref Unsafe.AsRef(in Start), (i * StartRow) + j), StartRow, ref Unsafe.Add(ref End, (i * Row) + j), Row);

    /// <summary>The same result, its chains taken up where they ended.</summary>
    public Sums<T> Continued() => new(ref End, Row, ref End, Row);
}
