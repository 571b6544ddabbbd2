namespace Pallium.Learning;

/// <summary>When learning has stopped to get better.</summary>
/// <param name="By">What the validation loss must fall by, below its least value in the stage, to count as better; not negative.</param>
/// <param name="Steps">Updates without that after which the stage ends, positive.</param>
public sealed record Stall(double By, long Steps);

/// <summary>A part of learning: what is drawn from, and when the next part begins. Any one condition that holds is enough.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Mix">Sources (data files, tasks) and their weights, positive: each draw takes a source with probability in proportion to its weight.</param>
public sealed record CurriculumStage(string Name, IReadOnlyList<(string Source, double Weight)> Mix)
{
    /// <summary>Updates after which it ends, positive; null: no matter.</summary>
    public long? Steps { get; init; }

    /// <summary>It ends when the validation loss of its own mix is below this; null: no matter.</summary>
    public double? Loss { get; init; }

    /// <summary>It ends when that loss has stopped to fall; null: no matter.</summary>
    public Stall? Stalled { get; init; }

    /// <summary>Whether it ends at all before learning does.</summary>
    public bool HasEnd => (Steps, Loss, Stalled) is not (null, null, null);
}

/// <summary>What is learned from, stage by stage, as data: a few stages with mixing weights over sources and conditions to go on.</summary>
/// <remarks>Examples in an order, from easy to hard: Bengio et al., ICML 2009. What is drawn depends on the seed and on validation losses alone, which are the same for any number of threads.</remarks>
public sealed class Curriculum
{
    /// <summary>Stages in order.</summary>
    /// <exception cref="ArgumentException">There is none, one but the last has no end or the last has one, or a number is out of range.</exception>
    public Curriculum(IReadOnlyList<CurriculumStage> stages)
    {
        ArgumentNullException.ThrowIfNull(stages);
        if (stages.Count == 0)
        {
            throw new ArgumentException("Found no stage, expected one or more.", nameof(stages));
        }

        for (int i = 0; i < stages.Count; i++)
        {
            Check(stages[i], isLast: i == stages.Count - 1);
        }

        Stages = [.. stages];
        Sources = [.. stages.SelectMany(stage => stage.Mix).Select(item => item.Source).Distinct(StringComparer.Ordinal)];
    }

    /// <summary>The stages in order.</summary>
    public IReadOnlyList<CurriculumStage> Stages { get; }

    /// <summary>All sources, in the order in which they are first named.</summary>
    public IReadOnlyList<string> Sources { get; }

    /// <summary>Reads one from JSON, <c>{"stages": [{"name": .., "mix": {SOURCE: WEIGHT, ..}, "until": {"steps": .., "loss": .., "stalled": {"by": .., "steps": ..}}}, ..]}</c>.</summary>
    /// <param name="json">The text.</param>
    /// <param name="name">What errors call it.</param>
    /// <exception cref="CurriculumException">It is no such JSON; the message names file, line and property.</exception>
    public static Curriculum Parse(string json, string name) => CurriculumText.Read(json, name);

    /// <summary>The weight of every source of <see cref="Sources"/> in a stage, [sources]; 0 where it is not drawn from.</summary>
    public double[] WeightsOf(int stage) => [.. Sources.Select(source => Stages[stage].Mix.Where(item => item.Source == source).Sum(item => item.Weight))];

    private static void Check(CurriculumStage stage, bool isLast)
    {
        if (stage.Mix.Count == 0 || stage.Mix.Any(item => item.Weight is not (> 0 and < double.PositiveInfinity)) || stage.Mix.Select(item => item.Source).Distinct().Count() < stage.Mix.Count)
        {
            throw new ArgumentException($"Stage '{stage.Name}': expected one source or more, each once and with a positive weight.", nameof(stage));
        }

        if (stage.Steps <= 0 || stage.Loss is { } loss && !double.IsFinite(loss) || stage.Stalled is { } stall && (stall.Steps <= 0 || stall.By is not (>= 0 and < double.PositiveInfinity)))
        {
            throw new ArgumentException($"Stage '{stage.Name}': a number of its end is out of range.", nameof(stage));
        }

        if (stage.HasEnd == isLast)
        {
            throw new ArgumentException($"Stage '{stage.Name}': {(isLast ? "the last stage ends with learning and has no end of its own" : "found no end, expected one, as another stage follows")}.", nameof(stage));
        }
    }
}

/// <summary>A text that is no curriculum: file, line, property, what was found and what was expected.</summary>
public sealed class CurriculumException : Exception
{
    /// <summary>An error without a message.</summary>
    public CurriculumException()
    {
    }

    /// <summary>An error.</summary>
    public CurriculumException(string message)
        : base(message)
    {
    }

    /// <summary>An error that another one caused.</summary>
    public CurriculumException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
