using System.Globalization;

namespace Pallium.Layers;

/// <summary>Reads the pieces of a stack's text, and says where it fails.</summary>
/// <param name="text">The text.</param>
/// <param name="what">What errors call it.</param>
internal sealed class StackTextReader(string text, string what = "Stack")
{
    private const int DeepestNesting = 16;
    private int _position;
    private int _depth;

    /// <summary>Index of the next character that is not a space.</summary>
    public int Position
    {
        get
        {
            while (_position < text.Length && char.IsWhiteSpace(text[_position]))
            {
                _position++;
            }

            return _position;
        }
    }

    /// <summary>Whether nothing is left.</summary>
    public bool AtEnd => Position == text.Length;

    /// <summary>Whether a digit comes next.</summary>
    public bool AtDigit => char.IsAsciiDigit(Next());

    /// <summary>Whether a word and '=' come next.</summary>
    public bool AtAssignment
    {
        get
        {
            int start = Position;
            bool found = Word().Length > 0 && Next() == '=';
            _position = start;
            return found;
        }
    }

    /// <summary>Whether a character comes next.</summary>
    public bool At(char c) => Position < text.Length && text[_position] == c;

    /// <summary>The text between two places, without spaces at its end.</summary>
    public string Between(int start, int end) => text[start..end].TrimEnd();

    /// <summary>Steps over a character if it comes next.</summary>
    public bool Accept(char c)
    {
        bool found = Next() == c;
        _position += found ? 1 : 0;
        return found;
    }

    /// <summary>Steps over a word if it comes next.</summary>
    public bool AcceptWord(string word)
    {
        int start = Position;
        bool found = Word() == word;
        _position = found ? _position : start;
        return found;
    }

    /// <summary>Steps over a character that must come next.</summary>
    public void Expect(char c)
    {
        if (!Accept(c))
        {
            throw Error($"'{c}'");
        }
    }

    /// <summary>Reads one of a set of names.</summary>
    public TItem Name<TItem>(string what, IReadOnlyList<TItem> items, Func<TItem, string> nameOf)
    {
        int start = Position;
        string word = Word();
        foreach (TItem item in items)
        {
            if (nameOf(item) == word)
            {
                return item;
            }
        }

        _position = start;
        if (word.Length == 0)
        {
            throw Error(what);
        }

        string[] names = [.. items.Select(nameOf)];
        string hint = NearestName.Of(word, names) is { } nearest ? $"; did you mean '{nearest}'?" : ".";
        throw ErrorAt(start, $"'{word}'", $"{what}: {string.Join(", ", names)}", hint);
    }

    /// <summary>Reads a whole number between two bounds.</summary>
    public int Count(int least, int most)
    {
        int start = Position;
        string digits = While(char.IsAsciiDigit);
        if (int.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out int value) && value >= least && value <= most)
        {
            return value;
        }

        _position = start;
        string expected = string.Create(CultureInfo.InvariantCulture, $"a whole number from {least} to {most}");
        throw digits.Length == 0 ? Error(expected) : ErrorAt(start, $"'{digits}'", expected);
    }

    /// <summary>Reads a number p with 0 ≤ p &lt; 1.</summary>
    public double Fraction() => Number(value => value is >= 0 and < 1, "a number from 0 up to, not including, 1");

    /// <summary>Reads a number between two bounds.</summary>
    public double Number(double least, double most) =>
        Number(value => value >= least && value <= most, string.Create(CultureInfo.InvariantCulture, $"a number from {least} to {most}"));

    private double Number(Predicate<double> accepts, string expected)
    {
        int start = Position;
        string digits = While(c => char.IsAsciiDigit(c) || c is '.' or 'E' or '-');
        if (double.TryParse(digits, NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent, CultureInfo.InvariantCulture, out double value) && accepts(value))
        {
            return value;
        }

        _position = start;
        throw digits.Length == 0 ? Error(expected) : ErrorAt(start, $"'{digits}'", expected);
    }

    /// <summary>Reads a stack inside a layer.</summary>
    public StackSpec Nested()
    {
        if (_depth == DeepestNesting)
        {
            throw ErrorAt(Position, $"a stack inside {DeepestNesting} others", "less nesting");
        }

        _depth++;
        StackSpec stack = StackText.ReadStack(this);
        _depth--;
        return stack;
    }

    /// <summary>The error that something else was expected here.</summary>
    public StackTextException Error(string expected) =>
        ErrorAt(Position, AtEnd ? "the end" : $"'{text[Position]}'", expected);

    /// <summary>The error that something was found at a place.</summary>
    public StackTextException ErrorAt(int position, string found, string expected, string end = ".") =>
        RefusalAt(position, $"found {found}, expected {expected}{end}");

    /// <summary>The error that says anything about a place.</summary>
    public StackTextException RefusalAt(int position, string reason) =>
        new(string.Create(CultureInfo.InvariantCulture, $"{what}, position {position + 1}: {reason}"), text, position + 1);

    private char Next() => AtEnd ? '\0' : text[_position];

    private string Word() => char.IsAsciiLetter(Next()) ? While(c => char.IsAsciiLetterOrDigit(c) || c == '_') : "";

    private string While(Predicate<char> accepts)
    {
        int start = Position;
        while (_position < text.Length && accepts(text[_position]))
        {
            _position++;
        }

        return text[start.._position];
    }
}
