namespace Pallium.Inference;

/// <summary>What becomes of a cell of a sampled slice.</summary>
internal enum CellRole
{
    /// <summary>It stays a hole.</summary>
    Hidden,

    /// <summary>It is drawn, within its bounds where it has some, and shown to the stream.</summary>
    Drawn,

    /// <summary>Its value is known.</summary>
    Known,
}

/// <summary>What is known of a cell before it is drawn.</summary>
internal sealed record CellPlan(CellRole Role)
{
    public static readonly CellPlan Hole = new(CellRole.Hidden);

    public static readonly CellPlan Free = new(CellRole.Drawn);

    /// <summary>The value of a known cell.</summary>
    public double Value { get; init; } = double.NaN;

    /// <summary>Least recorded value of a drawn one.</summary>
    public double Low { get; init; } = double.NegativeInfinity;

    /// <summary>Largest recorded value of a drawn one.</summary>
    public double High { get; init; } = double.PositiveInfinity;

    /// <summary>Which outcomes are possible; null: all.</summary>
    public bool[]? Outcomes { get; init; }

    /// <summary>Values that are known path by path, such as the actions of plans that are compared; null: none are.</summary>
    public double[]? ByPath { get; init; }

    /// <summary>Where it comes from, for messages; null: from the data.</summary>
    public Clamp? Clamp { get; init; }

    /// <summary>Whether it is drawn within bounds.</summary>
    public bool IsBounded => Role == CellRole.Drawn && (ByPath is not null || Outcomes is not null || !double.IsNegativeInfinity(Low) || !double.IsPositiveInfinity(High));
}

/// <summary>A slice of a question: when it is, and what becomes of its cells.</summary>
/// <param name="Time">Its stamp; NaN: unknown.</param>
/// <param name="Cells">One per channel.</param>
internal sealed record SlicePlan(double Time, CellPlan[] Cells)
{
    /// <summary>
    /// Whether it has come, so that what is not known of it is a hole in the data. To the network a drawn cell of such a slice stays a hole, as it was in learning
    /// and is in one pass; that of a slice to come is shown to it.
    /// </summary>
    public bool HasCome { get; init; }

    /// <summary>What is known, in the channels' units; NaN for the rest.</summary>
    public double[] Values => [.. Cells.Select(cell => cell.Value)];

    /// <summary>Whether at least half of the cells are known, so that the slices after it lie no farther ahead than after one that was seen.</summary>
    public bool IsMostlyKnown => 2 * Cells.Count(cell => cell.Role == CellRole.Known) >= Cells.Length;
}
