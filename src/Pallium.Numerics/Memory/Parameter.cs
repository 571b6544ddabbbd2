using System.Numerics;

namespace Pallium.Numerics;

/// <summary>A tensor that learning changes.</summary>
/// <remarks>Row-major; a weight is stored [out, in] and applied as y = W x. Whoever changes the values calls the owning layer's Refresh.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Parameter<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly AlignedBuffer<T> _values;

    /// <summary>Creates zeros of the given shape; no axes make a single number.</summary>
    /// <exception cref="ArgumentOutOfRangeException">An axis is negative.</exception>
    /// <exception cref="OverflowException">There would be more than 2³¹ - 1 values.</exception>
    public Parameter(params int[] shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        foreach (int size in shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(size, nameof(shape));
        }

        Shape = [.. shape];
        _values = new AlignedBuffer<T>(shape.Aggregate(1, (product, size) => checked(product * size)));
    }

    /// <summary>Extent of each axis.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>Number of values.</summary>
    public int Length => _values.Length;

    /// <summary>The values.</summary>
    public Span<T> Values => _values.Span;

    /// <summary>Whether weight decay applies: matrices yes; biases, gains, time constants no.</summary>
    public bool Decays { get; init; }

    /// <summary>Lower bound that learning keeps after every update, or null.</summary>
    public double? Minimum { get; init; }

    /// <summary>Whether learning leaves it as it is, to the bit.</summary>
    public bool IsFrozen { get; set; }

    /// <summary>Upper bound that learning keeps after every update, or null.</summary>
    public double? Maximum { get; init; }

    /// <summary>Whether it is a weight of linear maps that all obey <see cref="Product"/>; whoever makes such a map says so.</summary>
    public bool TakesProduct { get; set; }

    /// <summary>
    /// How linear maps multiply by this weight, once its layer was refreshed: null, exactly; else by L-Mul. It is for answers: a learning form goes forward
    /// the same way and comes back as if products were exact.
    /// </summary>
    /// <exception cref="NotSupportedException">L-Mul is asked of double precision, or of a parameter that does not take it.</exception>
    public LMul? Product
    {
        get;
        set => field = value is null || (TakesProduct && typeof(T) == typeof(float))
            ? value
            : throw new NotSupportedException(TakesProduct ? "L-Mul multiplies numbers of single precision; found double." : "Found a parameter that is no weight of a linear map, expected one.");
    }

    /// <summary>Place in the <see cref="ParameterSet{T}"/> it was collected into last; -1: none.</summary>
    internal int Index { get; set; } = -1;
}
