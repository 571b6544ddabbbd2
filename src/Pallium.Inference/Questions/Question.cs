namespace Pallium.Inference;

/// <summary>These cells are known; what are those?</summary>
public sealed record Question
{
    /// <summary>What is known besides the history.</summary>
    public IReadOnlyList<Clamp> Clamps { get; init; } = [];

    /// <summary>The cells that are asked for.</summary>
    public IReadOnlyList<CellAddress> Asked { get; init; } = [];

    /// <summary>Events whose probabilities are asked for.</summary>
    public IReadOnlyList<CellFunction> Events { get; init; } = [];

    /// <summary>Cells that are asked for or that events speak of.</summary>
    internal IEnumerable<CellAddress> Wanted => Asked.Concat(Events.SelectMany(function => function.Cells));

    /// <summary>All cells that it names.</summary>
    internal IEnumerable<CellAddress> Cells => Clamps.SelectMany(clamp => clamp.Terms).Select(term => term.Cell).Concat(Wanted);
}

/// <summary>How hard a question is thought about.</summary>
public sealed record AnswerOptions
{
    /// <summary>Samples that are drawn, at least; 0: the answer in one pass. Engines that answer in closed form do not need it.</summary>
    public int Effort { get; init; } = 1024;

    /// <summary>
    /// The Monte Carlo error of every mean and every event's probability p that is asked for, in posterior standard deviations (of an event √(p(1-p))), at which
    /// drawing stops; null: at <see cref="Effort"/> draws. With it <see cref="Effort"/> is the most that is spent.
    /// </summary>
    public double? Tolerance { get; init; }

    /// <summary>Time between slices to come, in the frame's units of stamps (seconds for dates); null: the median step of learning.</summary>
    public double? Every { get; init; }

    /// <summary>Slices to come that are known in advance: their stamps hold, and their cells that are not NaN are clamped; null: none.</summary>
    public IReadOnlyList<Slice>? Future { get; init; }

    /// <summary>Seed. Same seed, same bits, for any number of threads.</summary>
    public ulong Seed { get; init; } = 1;

    /// <summary>Threads; null: all cores.</summary>
    public int? Threads { get; init; }

    /// <summary>Whether joint samples are wanted also where one pass says all there is to say of each cell.</summary>
    public bool Samples { get; init; }

    /// <summary>Whether conditional sweeps of as many paths again follow where the paths of a run have collapsed.</summary>
    public bool Sweeps { get; init; } = true;

    /// <summary>Memory that an answer may take, in bytes.</summary>
    public long MemoryCap { get; init; } = 2L << 30;
}
