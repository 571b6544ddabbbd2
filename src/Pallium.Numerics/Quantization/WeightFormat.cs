namespace Pallium.Numerics;

/// <summary>How the weights of a network are kept in fewer bits than they are computed with.</summary>
/// <remarks>A further format is a <see cref="StoredWeights"/> of its own and a line in <see cref="All"/>.</remarks>
public sealed class WeightFormat
{
    private readonly Func<IReadOnlyList<int>, StoredWeights> _create;

    private WeightFormat(string name, string summary, Func<IReadOnlyList<int>, StoredWeights> create)
    {
        Name = name;
        Summary = summary;
        _create = create;
    }

    /// <summary>16 bits a weight: <see cref="BFloat16"/>, rounded to the nearest, ties to even.</summary>
    public static WeightFormat Bfloat16 { get; } = new("bf16", "16 bits a weight, half of a float's", shape => new BFloat16Weights(shape));

    /// <summary>8 bits a weight: whole multiples, -127 to 127, of a scale that 128 to 256 neighbours share.</summary>
    public static WeightFormat Int8 { get; } = new("int8", "8 bits a weight and a scale for every 128 to 256 of them", shape => new Int8Weights(shape));

    /// <summary>All of them.</summary>
    public static IReadOnlyList<WeightFormat> All { get; } = [Int8, Bfloat16];

    /// <summary>What options and files call it.</summary>
    public string Name { get; }

    /// <summary>What it costs, in words.</summary>
    public string Summary { get; }

    /// <summary>The format of a name, or null.</summary>
    public static WeightFormat? Find(string name) => All.FirstOrDefault(format => format.Name == name);

    /// <summary>Room for the weights of a tensor.</summary>
    /// <param name="shape">Extent of each axis; the last is that of a row.</param>
    public StoredWeights Create(IReadOnlyList<int> shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        return _create(shape);
    }

    /// <inheritdoc/>
    public override string ToString() => Name;
}
