namespace Pallium.Numerics;

/// <summary>What a multiplication with addition is estimated to cost in one kind of arithmetic.</summary>
/// <remarks>
/// The figures are those of a 45 nm process at 0.9 V (Horowitz, ISSCC 2014) and of the operations alone: reading the numbers costs more, 5 pJ for
/// 32 bits from a small cache and over 600 from main memory, and does not depend on how they are multiplied. L-Mul needs one addition of integers for the
/// product, if its constant is folded into stored weights, as here it is not yet (Luo and Sun, 2024, arXiv 2410.00907).
/// </remarks>
/// <param name="Name">The kind.</param>
/// <param name="Multiply">What makes a product.</param>
/// <param name="MultiplyPicojoules">What that costs.</param>
/// <param name="Add">What adds it to a sum.</param>
/// <param name="AddPicojoules">What that costs.</param>
public sealed record ArithmeticEnergy(string Name, string Multiply, double MultiplyPicojoules, string Add, double AddPicojoules)
{
    /// <summary>float32 throughout.</summary>
    public static ArithmeticEnergy Single { get; } = new("float32", "float32 multiplication", 3.7, "float32 addition", 0.9);

    /// <summary>Products of 8-bit integers, summed in 32-bit integers.</summary>
    public static ArithmeticEnergy Integer8 { get; } = new("int8", "int8 multiplication", 0.2, "int32 addition", 0.1);

    /// <summary>Products by <see cref="Numerics.LMul"/>, summed in float32.</summary>
    public static ArithmeticEnergy LMul { get; } = new("L-Mul", "int32 addition", 0.1, "float32 addition", 0.9);

    /// <summary>All of them.</summary>
    public static IReadOnlyList<ArithmeticEnergy> All { get; } = [Single, Integer8, LMul];

    /// <summary>What so many multiplications with addition cost.</summary>
    public double Picojoules(long multiplyAdds) => multiplyAdds * (MultiplyPicojoules + AddPicojoules);
}
