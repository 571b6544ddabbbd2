namespace Pallium.Inference;

/// <summary>What is to be planned, and how hard that is thought about.</summary>
public sealed record PlanOptions
{
    /// <summary>
    /// What a slice costs, in any unit; less is better. A cell at offset 0 is that slice's, at -1 the slice before: (temperature - 21)² + 0.1 heating.
    /// </summary>
    public required CellFunction Cost { get; init; }

    /// <summary>Names of the channels that are acted on, at least one.</summary>
    public required IReadOnlyList<string> Act { get; init; }

    /// <summary>Slices to plan, at least 1.</summary>
    public int Horizon { get; init; } = 12;

    /// <summary>Roll-outs of all sequences together, at least 64.</summary>
    public int Effort { get; init; } = 4096;

    /// <summary>
    /// T, in the cost's unit summed over the horizon, positive: sequences are weighted by exp(-cost/T) and averaged, which gives a cautious plan; null: T is
    /// lowered as far as the search goes, and the best sequence is the plan.
    /// </summary>
    public double? Temperature { get; init; }

    /// <summary>What an acted channel may be, by its name, in its units; without an entry the range met in learning.</summary>
    public IReadOnlyDictionary<string, Interval> Ranges { get; init; } = new Dictionary<string, Interval>();

    /// <summary>The plan of the slice before, where plans are made anew each slice: its rest is where the search begins; null: none.</summary>
    public Plan? Previous { get; init; }

    /// <summary>Time between slices to come, in the frame's units of stamps (seconds for dates); null: the median step of learning.</summary>
    public double? Every { get; init; }

    /// <summary>Slices to come whose other cells are known in advance; null: none.</summary>
    public IReadOnlyList<Slice>? Future { get; init; }

    /// <summary>Seed. Same seed, same bits, for any number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; null: all cores.</summary>
    public int? Threads { get; init; }
}
