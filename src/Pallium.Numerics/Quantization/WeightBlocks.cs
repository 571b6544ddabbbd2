namespace Pallium.Numerics;

/// <summary>Which weights of a tensor share a scale: whole rows until there are 128, or equal parts of a row longer than 256.</summary>
/// <remarks>
/// Weights of one row meet in one sum and are of one size, so that blocks do not mix more rows than they must; with 128 weights to a scale of 16 bits,
/// scales add at most 1.6 % to codes of 8 bits (beside what is left over at the end of a small tensor).
/// </remarks>
internal readonly struct WeightBlocks
{
    private const int Least = 128;
    private const int Most = 256;
    private readonly int _row;
    private readonly int _block;

    /// <summary>The blocks of a shape, row-major; the last axis is that of a row.</summary>
    public WeightBlocks(IReadOnlyList<int> shape)
    {
        Length = shape.Aggregate(1, (product, size) => checked(product * size));
        _row = Math.Max(1, shape.Count == 0 ? 1 : shape[^1]);
        int parts = Ratio(_row, Most);
        _block = parts == 1 ? _row * Ratio(Least, _row) : Ratio(_row, parts);
        Count = parts == 1 ? Ratio(Length, _block) : Length / _row * Ratio(_row, _block);
    }

    /// <summary>Weights in all.</summary>
    public int Length { get; }

    /// <summary>Blocks in all.</summary>
    public int Count { get; }

    /// <summary>Where the block ends that begins at <paramref name="start"/>.</summary>
    public int End(int start) => Math.Min(_block, (_row > Most ? _row - (start % _row) : Length - start)) + start;

    /// <summary>Divided, rounded up.</summary>
    private static int Ratio(int whole, int part) => (int)(((long)whole + part - 1) / part);
}
