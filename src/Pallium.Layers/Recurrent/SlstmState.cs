using System.Numerics;

namespace Pallium.Layers;

/// <summary>What one row of one head of an <see cref="Slstm{T}"/> remembers beside h, or the gradient of it.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal readonly ref struct SlstmState<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The units <paramref name="first"/> .. <paramref name="first"/> + <paramref name="count"/> of c | n | m, [3H].</summary>
    public SlstmState(Span<T> row, int first, int count)
    {
        int units = row.Length / 3;
        Cell = row.Slice(first, count);
        Normalizer = row.Slice(units + first, count);
        Stabilizer = row.Slice((2 * units) + first, count);
    }

    /// <summary>c: the weighted sum of tanh z.</summary>
    public Span<T> Cell { get; }

    /// <summary>n: the sum of the weights, not negative.</summary>
    public Span<T> Normalizer { get; }

    /// <summary>m: the logarithm of what the weights are divided by.</summary>
    public Span<T> Stabilizer { get; }
}
