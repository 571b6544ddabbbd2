using System.Numerics;

namespace Pallium.Layers;

/// <summary>A weighted mean per unit as its two sums, kept small: Σ a x and Σ a, both divided by exp(m); or the gradient of them.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct MeanState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The units <paramref name="first"/> .. <paramref name="first"/> + <paramref name="count"/> of the sums, weights and scales, [3H].</summary>
    public MeanState(Span<T> row, int first, int count)
    {
        int units = row.Length / 3;
        Sum = row.Slice(first, count);
        Weight = row.Slice(units + first, count);
        Scale = row.Slice((2 * units) + first, count);
    }

    /// <summary>Σ a x / exp(m).</summary>
    public Span<T> Sum { get; }

    /// <summary>Σ a / exp(m), not negative; 0 where nothing has been seen.</summary>
    public Span<T> Weight { get; }

    /// <summary>m.</summary>
    public Span<T> Scale { get; }
}
