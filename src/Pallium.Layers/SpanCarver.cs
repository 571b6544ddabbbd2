using System.Numerics;

namespace Pallium.Layers;

/// <summary>Hands out consecutive runs of one span, each beginning on a multiple of 16 numbers.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal ref struct SpanCarver<T>(Span<T> span)
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private Span<T> _rest = span;

    /// <summary>The next <paramref name="length"/> numbers.</summary>
    public Span<T> Take(int length)
    {
        Span<T> taken = _rest[..length];
        _rest = _rest[SpanCarver.Room(length)..];
        return taken;
    }

    /// <summary>What is left.</summary>
    public readonly Span<T> Rest => _rest;
}

/// <summary>Sizes for <see cref="SpanCarver{T}"/>.</summary>
internal static class SpanCarver
{
    private const int Granule = 16;

    /// <summary>Numbers that a run of <paramref name="length"/> takes up.</summary>
    public static int Room(int length) => checked(length + Granule - 1) / Granule * Granule;
}
