using System.Globalization;

namespace Pallium.Learning;

/// <summary>Permutations as symbols, and the automaton that composes them.</summary>
public static class PermutationGroup
{
    /// <summary>All permutations of <paramref name="n"/> things, in lexicographic order.</summary>
    /// <exception cref="ArgumentOutOfRangeException">n lies outside 1 .. 6.</exception>
    public static IReadOnlyList<int[]> All(int n)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(n, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(n, 6);
        IEnumerable<int[]> found = [[]];
        for (int i = 0; i < n; i++)
        {
            found = found.SelectMany(head => Enumerable.Range(0, n).Where(item => !head.Contains(item)).Select(item => (int[])[.. head, item]));
        }

        return [.. found];
    }

    /// <summary>The permutations of an even number of exchanges: the alternating group.</summary>
    public static IReadOnlyList<int[]> Even(int n) => [.. All(n).Where(IsEven)];

    /// <summary>The exchanges of two things: n(n - 1)/2 symbols that make up every permutation.</summary>
    public static IReadOnlyList<int[]> Exchanges(int n) => [.. All(n).Where(permutation => permutation.Where((item, i) => item != i).Count() == 2)];

    /// <summary>An automaton whose symbols are permutations, whose states are what they compose to, and whose answer is the number of the state that it comes to.</summary>
    /// <exception cref="ArgumentException">There are no symbols, or they are not permutations of the same things.</exception>
    public static Automaton Compose(IReadOnlyList<int[]> symbols)
    {
        ArgumentNullException.ThrowIfNull(symbols);
        int n = symbols.Count == 0 ? 0 : symbols[0].Length;
        if (n == 0 || symbols.Any(symbol => !symbol.Order().SequenceEqual(Enumerable.Range(0, n))))
        {
            throw new ArgumentException("Symbols are one or more permutations of the same things.", nameof(symbols));
        }

        var states = new List<int[]> { Enumerable.Range(0, n).ToArray() };
        var numbers = new Dictionary<string, int> { [Key(states[0])] = 0 };
        var next = new List<int>();
        for (int i = 0; i < states.Count; i++)
        {
            foreach (int[] symbol in symbols)
            {
                int[] composed = [.. states[i].Select(item => symbol[item])];
                if (numbers.TryAdd(Key(composed), states.Count))
                {
                    states.Add(composed);
                }

                next.Add(numbers[Key(composed)]);
            }
        }

        return new Automaton(symbols.Count, [.. next], [.. next]);
    }

    private static string Key(int[] permutation) => string.Join(' ', permutation.Select(item => item.ToString(CultureInfo.InvariantCulture)));

    private static bool IsEven(int[] permutation) =>
        Enumerable.Range(0, permutation.Length).Sum(i => Enumerable.Range(0, i).Count(before => permutation[before] > permutation[i])) % 2 == 0;
}
