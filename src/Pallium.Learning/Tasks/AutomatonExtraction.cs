using System.Globalization;
using System.Numerics;

namespace Pallium.Learning;

/// <summary>How far an automaton is looked for.</summary>
public sealed record ExtractionOptions
{
    /// <summary>Symbols of the longest strings whose states are compared, n.</summary>
    public int Length { get; init; } = 6;

    /// <summary>Symbols of the longest continuations by which they are compared, m.</summary>
    public int Continuation { get; init; } = 4;
}

/// <summary>The automaton that a model turned out to be.</summary>
/// <param name="Clusters">States that answer some continuation differently, of all that short strings lead to.</param>
/// <param name="Consistency">Share of the steps from one of those states that lead where most members of its cluster go.</param>
/// <param name="Machine">The smallest automaton; null where strings of the greatest length still lead to new states.</param>
public sealed record ExtractedAutomaton(int Clusters, double Consistency, Automaton? Machine);

/// <summary>Reads the finite automaton out of a model that tracks states.</summary>
/// <remarks>
/// All strings of up to n + m symbols are streamed. The states that two strings of up to n symbols lead to are one if the model
/// answers alike after every continuation of up to m symbols; each such cluster goes, symbol by symbol, where most of its members go;
/// the table is then minimised. O(K^(n+m)·(n+m)) steps, in constant memory but for one answer per string.
/// </remarks>
public static class AutomatonExtraction
{
    private const int StringsSideBySide = 64;

    /// <summary>Extracts the automaton.</summary>
    /// <param name="model">The model; its tokens are the symbols.</param>
    /// <param name="options">How far to look.</param>
    /// <exception cref="ArgumentOutOfRangeException">A length is not positive, or there are too many strings to try.</exception>
    public static ExtractedAutomaton Extract<T>(TokenModel<T> model, ExtractionOptions? options = null)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        ArgumentNullException.ThrowIfNull(model);
        options ??= new ExtractionOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Length, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Continuation, nameof(options));
        const double MostStrings = 1 << 20;
        int depth = options.Length + options.Continuation;
        ArgumentOutOfRangeException.ThrowIfGreaterThan(StringsOf(model.Vocabulary, depth), MostStrings, nameof(options));
        int[][] answers = Answers(model, depth);
        return Build(answers, Clusters(answers, options), model.Vocabulary);
    }

    private static double StringsOf(int symbols, int length) => Enumerable.Repeat((double)symbols, length).Aggregate(1.0, (product, factor) => product * factor);

    /// <summary>The answer to the last symbol of every string: [length][string], a string's number being its symbols as digits.</summary>
    private static int[][] Answers<T>(TokenModel<T> model, int depth)
        where T : unmanaged, IBinaryFloatingPointIeee754<T>
    {
        int symbols = model.Vocabulary;
        int[] counts = [.. Enumerable.Range(0, depth + 1).Select(length => (int)StringsOf(symbols, length))];
        int[][] answers = [.. counts.Select(count => new int[count])];
        var streams = new TokenStreams<T>(model, StringsSideBySide);
        var tokens = new int[StringsSideBySide];
        var told = new int[StringsSideBySide];
        for (int first = 0; first < counts[depth]; first += StringsSideBySide)
        {
            streams.Reset();
            for (int length = 1; length <= depth; length++)
            {
                int below = counts[depth - length];
                for (int row = 0; row < StringsSideBySide; row++)
                {
                    tokens[row] = (first + row) / below % symbols;
                }

                streams.Step(tokens, told);
                for (int row = 0; row < StringsSideBySide && first + row < counts[depth]; row++)
                {
                    answers[length][(first + row) / below] = told[row];
                }
            }
        }

        return answers;
    }

    /// <summary>The cluster of every string of up to n symbols: round k tells apart what k further symbols tell apart.</summary>
    private static int[][] Clusters(int[][] answers, ExtractionOptions options)
    {
        int symbols = answers[1].Length;
        int[][] clusters = [.. answers.Select(level => new int[level.Length])];
        for (int round = 1; round <= options.Continuation; round++)
        {
            var seen = new Dictionary<string, int>();
            int deepest = options.Length + options.Continuation - round;
            clusters = [.. Enumerable.Range(0, deepest + 1).Select(length => Enumerable.Range(0, answers[length].Length).Select(text =>
                Automaton.Number(seen, string.Join(' ', Enumerable.Range(text * symbols, symbols).Select(child =>
                    string.Create(CultureInfo.InvariantCulture, $"{answers[length + 1][child]},{clusters[length + 1][child]}"))))).ToArray())];
        }

        return clusters;
    }

    private static ExtractedAutomaton Build(int[][] answers, int[][] clusters, int symbols)
    {
        int count = clusters.Max(level => level.Max()) + 1;
        var votes = new Dictionary<int, int>[count * symbols];
        var outputs = new int[count * symbols];
        for (int length = 0; length < clusters.Length - 1; length++)
        {
            for (int child = 0; child < clusters[length + 1].Length; child++)
            {
                int edge = (clusters[length][child / symbols] * symbols) + (child % symbols);
                votes[edge] ??= [];
                votes[edge][clusters[length + 1][child]] = votes[edge].GetValueOrDefault(clusters[length + 1][child]) + 1;
                outputs[edge] = answers[length + 1][child];
            }
        }

        double steps = votes.Sum(edge => edge?.Values.Sum() ?? 0);
        double agreeing = votes.Sum(edge => edge?.Values.Max() ?? 0);
        bool isClosed = Array.TrueForAll(votes, edge => edge is not null);
        return new ExtractedAutomaton(count, agreeing / steps, isClosed ? new Automaton(symbols, [.. votes.Select(Majority)], outputs).Minimize() : null);
    }

    /// <summary>Where most go; of as many, the cluster found first.</summary>
    private static int Majority(Dictionary<int, int> votes) => votes.OrderByDescending(vote => vote.Value).ThenBy(vote => vote.Key).First().Key;
}
