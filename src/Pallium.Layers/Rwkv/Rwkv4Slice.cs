using System.Numerics;

namespace Pallium.Layers;

/// <summary>What one step of <see cref="Rwkv4Cell"/> read, and where the gradients go; these are added to.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct Rwkv4Slice<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>k, [C].</summary>
    public required ReadOnlySpan<T> Keys { get; init; }

    /// <summary>v, [C].</summary>
    public required ReadOnlySpan<T> Values { get; init; }

    /// <summary>w, [C].</summary>
    public required ReadOnlySpan<T> LogDecay { get; init; }

    /// <summary>u, [C].</summary>
    public required ReadOnlySpan<T> Bonus { get; init; }

    /// <summary>d loss / d k, [C].</summary>
    public required Span<T> KeysGradient { get; init; }

    /// <summary>d loss / d v, [C].</summary>
    public required Span<T> ValuesGradient { get; init; }

    /// <summary>d loss / d w, [C].</summary>
    public required Span<T> LogDecayGradient { get; init; }

    /// <summary>d loss / d u, [C].</summary>
    public required Span<T> BonusGradient { get; init; }
}
