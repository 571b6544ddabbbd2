using System.Numerics;

namespace Pallium.Numerics;

/// <summary>How the weights of a network are kept in fewer bits than they are computed with.</summary>
/// <remarks>A further format is a <see cref="StoredWeights"/> of its own and a line in <see cref="All"/>.</remarks>
public sealed class WeightFormat
{
    private readonly Func<IReadOnlyList<int>, StoredWeights> _create;

    private WeightFormat(string name, string summary, Func<IReadOnlyList<int>, StoredWeights> create, LMul? product = null)
    {
        Name = name;
        Summary = summary;
        Product = product;
        _create = create;
    }

    /// <summary>16 bits a weight: <see cref="BFloat16"/>, rounded to the nearest, ties to even.</summary>
    public static WeightFormat Bfloat16 { get; } = new("bf16", "16 bits a weight, half of a float's", shape => new BFloat16Weights(shape));

    /// <summary>8 bits a weight: whole multiples, -127 to 127, of a scale that 128 to 256 neighbours share.</summary>
    public static WeightFormat Int8 { get; } = new("int8", "8 bits a weight and a scale for every 128 to 256 of them", shape => new Int8Weights(shape));

    /// <summary>13 bits a weight of a linear map that takes products by <see cref="LMul"/> of 4 bits of mantissa, and is multiplied by them; 16 bits, as <see cref="Bfloat16"/>, any other.</summary>
    public static WeightFormat LMul4 { get; } = new(
        "lmul4", "13 bits a weight of the trunk's linear maps, which multiply by L-Mul of 4 bits from then on; 16 bits any other", shape => new BFloat16Weights(shape), new LMul(4));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<WeightFormat> All { get; } = [Int8, Bfloat16, LMul4];

    /// <summary>What options and files call it.</summary>
    public string Name { get; }

    /// <summary>What it costs, in words.</summary>
    public string Summary { get; }

    /// <summary>How linear maps multiply by the weights of it that take a product; null: exactly. Single precision only.</summary>
    public LMul? Product { get; }

    /// <summary>The format of a name, or null.</summary>
    public static WeightFormat? Find(string name) => All.FirstOrDefault(format => format.Name == name);

    /// <summary>Room for the weights of a tensor.</summary>
    /// <param name="shape">Extent of each axis; the last is that of a row.</param>
    /// <param name="takesProduct">Whether it is a weight of linear maps that obey <see cref="Parameter{T}.Product"/>.</param>
    public StoredWeights Create(IReadOnlyList<int> shape, bool takesProduct = false)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return takesProduct && Product is { } rule ? new LMulWeights(shape, rule) : _create(shape);
    }

    /// <summary>Room for the weights of a parameter.</summary>
    public StoredWeights Create<T>(Parameter<T> parameter)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(parameter);
        return Create(parameter.Shape, parameter.TakesProduct);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
