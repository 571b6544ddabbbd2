using System.Globalization;

namespace Pallium.Learning;

/// <summary>A finite automaton that reads symbols and answers each (a Mealy machine). State 0 is the first.</summary>
public sealed class Automaton
{
    private readonly int[] _next;
    private readonly int[] _outputs;

    /// <summary>An automaton.</summary>
    /// <param name="symbols">Symbols K.</param>
    /// <param name="next">The state after each, [states, K].</param>
    /// <param name="outputs">The answer to each, [states, K], from 0.</param>
    /// <exception cref="ArgumentException">The tables do not fit, or name states that do not exist.</exception>
    public Automaton(int symbols, int[] next, int[] outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(symbols);
        ArgumentNullException.ThrowIfNull(next);
        ArgumentNullException.ThrowIfNull(outputs);
        States = next.Length / symbols;
        if (States == 0 || next.Length != States * symbols || outputs.Length != next.Length || next.Any(state => state < 0 || state >= States) || outputs.Any(output => output < 0))
        {
            throw new ArgumentException(
                $"Found {next.Length} transitions and {outputs.Length} outputs; an automaton of N states needs N·{symbols} of both, to states below N.", nameof(next));
        }

        Symbols = symbols;
        _next = [.. next];
        _outputs = [.. outputs];
    }

    /// <summary>States.</summary>
    public int States { get; }

    /// <summary>Symbols K.</summary>
    public int Symbols { get; }

    /// <summary>One more than the largest answer.</summary>
    public int Answers => _outputs.Max() + 1;

    /// <summary>The sum of all symbols so far modulo a number; with two symbols modulo 2, parity.</summary>
    public static Automaton Sum(int modulus)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(modulus);
        int[] sums = [.. Enumerable.Range(0, modulus * modulus).Select(i => ((i / modulus) + (i % modulus)) % modulus)];
        return new Automaton(modulus, sums, sums);
    }

    /// <summary>The state after a symbol.</summary>
    public int Next(int state, int symbol) => _next[(state * Symbols) + symbol];

    /// <summary>The answer to a symbol.</summary>
    public int Output(int state, int symbol) => _outputs[(state * Symbols) + symbol];

    /// <summary>The smallest automaton that answers alike, its states numbered in the order in which they are first reached.</summary>
    /// <remarks>
    /// Refinement of partitions: states stay together while they answer alike and go to states that do. O(states²·symbols) at the
    /// worst. Source: Moore, Gedanken-experiments on sequential machines, 1956.
    /// </remarks>
    public Automaton Minimize()
    {
        int[] classes = new int[States];
        int count = 1;
        while (true)
        {
            var found = new Dictionary<string, int>();
            int[] refined = [.. Enumerable.Range(0, States).Select(state => Number(found, Row(state, classes)))];
            (classes, bool stable) = (refined, found.Count == count);
            count = found.Count;
            if (stable)
            {
                return Reached(classes);
            }
        }
    }

    /// <summary>Whether another automaton answers every string of symbols alike.</summary>
    public bool AnswersLike(Automaton other)
    {
        ArgumentNullException.ThrowIfNull(other);
        Automaton one = Minimize();
        Automaton two = other.Minimize();
        return one.Symbols == two.Symbols && one._next.AsSpan().SequenceEqual(two._next) && one._outputs.AsSpan().SequenceEqual(two._outputs);
    }

    /// <summary>One line per state: <c>0: 0 -> 0 (answers 0), 1 -> 1 (answers 1)</c>.</summary>
    public override string ToString() => string.Join('\n', Enumerable.Range(0, States).Select(state =>
        string.Create(CultureInfo.InvariantCulture, $"{state}: ") + string.Join(", ", Enumerable.Range(0, Symbols).Select(symbol =>
            string.Create(CultureInfo.InvariantCulture, $"{symbol} -> {Next(state, symbol)} (answers {Output(state, symbol)})")))));

    /// <summary>The number of a text among those seen so far.</summary>
    internal static int Number(Dictionary<string, int> seen, string text)
    {
        seen.TryAdd(text, seen.Count);
        return seen[text];
    }

    private string Row(int state, int[] classes) => string.Join(
        ' ', Enumerable.Range(0, Symbols).Select(symbol => string.Create(CultureInfo.InvariantCulture, $"{Output(state, symbol)},{classes[Next(state, symbol)]}")));

    /// <summary>One state per class, those alone that the first one leads to, breadth first.</summary>
    private Automaton Reached(int[] classes)
    {
        var numbers = new Dictionary<int, int> { [classes[0]] = 0 };
        var members = new List<int> { 0 };
        var next = new List<int>();
        var outputs = new List<int>();
        for (int i = 0; i < members.Count; i++)
        {
            for (int symbol = 0; symbol < Symbols; symbol++)
            {
                int target = Next(members[i], symbol);
                if (numbers.TryAdd(classes[target], members.Count))
                {
                    members.Add(target);
                }

                next.Add(numbers[classes[target]]);
                outputs.Add(Output(members[i], symbol));
            }
        }

        return new Automaton(Symbols, [.. next], [.. outputs]);
    }
}
