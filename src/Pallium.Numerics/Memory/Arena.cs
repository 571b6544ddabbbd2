using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>A place inside an <see cref="Arena{T}"/>, which stays valid until the arena is reset.</summary>
/// <param name="Block">Which block of the arena.</param>
/// <param name="Offset">Where in the block.</param>
/// <param name="Length">Number of elements.</param>
public readonly record struct ArenaSlice(int Block, int Offset, int Length);

/// <summary>Bump allocation of short-lived numbers: taken one after another, all given back at once.</summary>
/// <remarks>
/// After the first learning step of a shape the arena holds what a step needs, and later steps allocate nothing. Slices
/// begin on 64-byte boundaries, and spans of them stay where they are while the arena grows. One arena belongs to one thread.
/// </remarks>
/// <typeparam name="T">The element.</typeparam>
public sealed class Arena<T>
    where T : unmanaged
{
    private const int MinimumBlock = 1 << 16;
    private static readonly int Granule = Math.Max(1, 64 / Unsafe.SizeOf<T>());
    private readonly List<AlignedBuffer<T>> _blocks = [];
    private int _block;
    private int _used;

    /// <summary>The elements of a slice.</summary>
    public Span<T> this[ArenaSlice slice] =>
        slice.Length == 0 ? [] : _blocks[slice.Block].Span.Slice(slice.Offset, slice.Length);

    /// <summary>Takes <paramref name="length"/> elements, zeroed.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="length"/> is negative.</exception>
    public ArenaSlice Take(int length)
    {
        ArenaSlice slice = TakeDirty(length);
        this[slice].Clear();
        return slice;
    }

    /// <summary>Takes <paramref name="length"/> elements holding whatever was there, for callers that write all of them.</summary>
    public ArenaSlice TakeDirty(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        if (length == 0)
        {
            return default;
        }

        while (_block < _blocks.Count && length > _blocks[_block].Length - _used)
        {
            _block++;
            _used = 0;
        }

        if (_block == _blocks.Count)
        {
            _blocks.Add(new AlignedBuffer<T>(Math.Max(MinimumBlock, length)));
        }

        var slice = new ArenaSlice(_block, _used, length);
        _used += (length + Granule - 1) / Granule * Granule;
        return slice;
    }

    /// <summary>Gives everything back; the memory stays for the next use.</summary>
    public void Reset()
    {
        _block = 0;
        _used = 0;
    }
}
