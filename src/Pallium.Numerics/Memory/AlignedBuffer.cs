using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Pallium.Numerics;

/// <summary>A fixed run of numbers, zeroed, that begins on a 64-byte boundary and never moves.</summary>
/// <typeparam name="T">The element; its size divides 64 bytes.</typeparam>
public sealed class AlignedBuffer<T>
    where T : unmanaged
{
    private const int Alignment = 64;
    private readonly T[] _array;
    private readonly int _start;

    /// <summary>Allocates <paramref name="length"/> zeros.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public AlignedBuffer(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        int size = Unsafe.SizeOf<T>();
        _array = GC.AllocateArray<T>(length + (Alignment / size), pinned: true);
        nint address = Marshal.UnsafeAddrOfPinnedArrayElement(_array, 0);
        _start = (int)((Alignment - (address & (Alignment - 1))) & (Alignment - 1)) / size;
        Length = length;
    }

    /// <summary>Number of elements.</summary>
    public int Length { get; }

    /// <summary>The elements.</summary>
    public Span<T> Span => _array.AsSpan(_start, Length);

    /// <summary>The elements, for keeping.</summary>
    public Memory<T> Memory => _array.AsMemory(_start, Length);
}
