using Pallium.Learning;

namespace Pallium.Cli;

/// <summary>A built-in task that layers are compared on: small, so that a run takes seconds.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="Meaning">What is learned and what is tested, for the reader of a table.</param>
/// <param name="Lesson">What is learned.</param>
/// <param name="TestLength">Tokens of a sequence that is tested.</param>
internal sealed record LayerTask(string Name, string Meaning, TokenLesson Lesson, int TestLength)
{
    /// <summary>Every task.</summary>
    public static IReadOnlyList<LayerTask> All { get; } =
    [
        new("recall", "the value of each of 8 keys, 64 tokens, 64 different ones", new(new RecallTask(64, 8), 64, 64), 64),
        new("copying", "4 data tokens among blanks, in order; learned in 24 tokens, tested in 96", new(new SelectiveCopyTask(8, 4), 16, 24), 96),
        new("induction", "what followed the special token; learned in up to 24 tokens, tested in 96", new(new InductionTask(8), 8, 24), 96),
        new("parity", "of all bits so far; learned in up to 10, tested in 100", new(new AutomatonTask(Automaton.Sum(2)), 1, 10), 100),
        new("mod3", "sum of all digits 0 to 2 so far; learned in up to 10, tested in 100", new(new AutomatonTask(Automaton.Sum(3)), 1, 10), 100),
        new("exchanges", "order of 3 things after exchanges of two; learned in up to 10, tested in 100", new(new AutomatonTask(PermutationGroup.Compose(PermutationGroup.Exchanges(3))), 1, 10), 100),
    ];

    /// <summary>The task of a name.</summary>
    /// <exception cref="InputException">There is none.</exception>
    public static LayerTask Named(string name)
    {
        if (All.FirstOrDefault(task => task.Name == name) is { } found)
        {
            return found;
        }

        string[] names = [.. All.Select(task => task.Name)];
        string expected = NearestName.Find(name, names) is { } near ? $"; did you mean {near}?" : $", expected one of {string.Join(", ", names)}.";
        throw new InputException($"Option --tasks: found '{name}', which does not exist{expected}");
    }
}
