namespace Pallium.Inference;

/// <summary>What a cell may be.</summary>
/// <param name="Low">Least recorded value.</param>
/// <param name="High">Largest recorded value; equal to <paramref name="Low"/> where it is known.</param>
/// <param name="Outcomes">Which outcomes are possible; null: all.</param>
internal readonly record struct CellBounds(double Low, double High, bool[]? Outcomes)
{
    /// <summary>What the plan says of a path's cell.</summary>
    public static CellBounds Of(CellPlan cell, int path) =>
        cell.Role == CellRole.Known ? new CellBounds(cell.Value, cell.Value, null)
        : cell.ByPath is { } values ? new CellBounds(values[path], values[path], null)
        : new CellBounds(cell.Low, cell.High, cell.Outcomes);

    /// <summary>Whether the value is known.</summary>
    public bool IsKnown => Low == High;

    /// <summary>Whether nothing is known.</summary>
    public bool IsFree => Outcomes is null && double.IsNegativeInfinity(Low) && double.IsPositiveInfinity(High);

    /// <summary>Whether nothing is possible.</summary>
    public bool IsEmpty => !(Low <= High);

    /// <summary>Whether an outcome of a binary or categorical channel is possible.</summary>
    public bool Allows(int outcome) => outcome >= Low && outcome <= High && (Outcomes is null || Outcomes[outcome]);

    /// <summary>The same within further bounds.</summary>
    public CellBounds Within(double low, double high) => this with { Low = Math.Max(Low, low), High = Math.Min(High, high) };
}
