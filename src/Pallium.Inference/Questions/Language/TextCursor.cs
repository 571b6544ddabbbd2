using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pallium.Inference;

/// <summary>A place in what a user wrote, moved by what has been read. Spaces before a piece are passed over.</summary>
/// <param name="text">What the user wrote.</param>
/// <param name="where">What errors call it, such as <c>Option --given</c>.</param>
internal sealed class TextCursor(string text, string where)
{
    /// <summary>Longer texts are refused.</summary>
    public const int Longest = 4000;

    /// <summary>Characters that end a name that is not in quotes.</summary>
    private static readonly SearchValues<char> Special = SearchValues.Create("@=<>,\"()+-*/^!&|");

    public string Text { get; } = text.Length <= Longest ? text
        : throw new InputException($"{where}: found a text of {text.Length} characters, expected at most {Longest}.");

    public string Where { get; } = where;

    public int Position { get; set; }

    /// <summary>Where reading ends: at the end of the text, or before a unit.</summary>
    public int End { get; set; } = text.Length;

    /// <summary>What is left.</summary>
    public ReadOnlySpan<char> Rest => Text.AsSpan(Position, End - Position);

    public bool AtEnd
    {
        get
        {
            SkipSpaces();
            return Position == End;
        }
    }

    public void SkipSpaces()
    {
        while (Position < End && char.IsWhiteSpace(Text[Position]))
        {
            Position++;
        }
    }

    /// <summary>Reads a symbol, if it is next.</summary>
    public bool Take(string symbol)
    {
        SkipSpaces();
        bool found = Rest.StartsWith(symbol, StringComparison.Ordinal);
        Position += found ? symbol.Length : 0;
        return found;
    }

    /// <summary>Reads a word or a name, if it is next and does not go on with a letter or digit.</summary>
    public bool TakeWord(string word)
    {
        SkipSpaces();
        bool found = word.Length > 0 && Rest.StartsWith(word, StringComparison.Ordinal)
            && !(Rest.Length > word.Length && IsLetter(word[^1]) && IsLetter(Rest[word.Length]));
        Position += found ? word.Length : 0;
        return found;
    }

    /// <summary>Reads the longest of some names, if one is next.</summary>
    /// <returns>Its index; -1 where none is next.</returns>
    public int TakeLongest(IReadOnlyList<string> names)
    {
        SkipSpaces();
        int start = Position;
        int best = -1;
        for (int i = 0; i < names.Count; i++)
        {
            if ((best < 0 || names[i].Length > names[best].Length) && TakeWord(names[i]))
            {
                best = i;
                Position = start;
            }
        }

        Position = best < 0 ? start : start + names[best].Length;
        return best;
    }

    /// <summary>Reads a number without a sign; its point is not the first of two.</summary>
    public bool TakeNumber(out double number)
    {
        SkipSpaces();
        int at = Digits(Position);
        if (At(at) == '.' && At(at + 1) != '.')
        {
            at = Digits(at + 1);
        }

        if (At(at) is 'e' or 'E')
        {
            int digits = At(at + 1) is '+' or '-' ? at + 2 : at + 1;
            at = char.IsAsciiDigit(At(digits)) ? Digits(digits) : at;
        }

        if (!double.TryParse(Text.AsSpan(Position, at - Position), NumberStyles.Float, CultureInfo.InvariantCulture, out number))
        {
            return false;
        }

        Position = at;
        return true;
    }

    /// <summary>Reads a text in double quotes, in which a doubled quote stands for one.</summary>
    /// <exception cref="InputException">The closing quote is missing.</exception>
    public bool TakeQuoted(out string inside)
    {
        SkipSpaces();
        inside = "";
        if (At(Position) != '"')
        {
            return false;
        }

        var read = new StringBuilder();
        for (int i = Position + 1; i < End; i++)
        {
            if (Text[i] != '"')
            {
                read.Append(Text[i]);
            }
            else if (At(i + 1) == '"')
            {
                read.Append('"');
                i++;
            }
            else
            {
                inside = read.ToString();
                Position = i + 1;
                return true;
            }
        }

        throw Expected("a closing quote");
    }

    /// <summary>What was probably meant as a name: all up to a special character or one of the words in, and, or.</summary>
    public string PeekName()
    {
        SkipSpaces();
        int length = Rest.IndexOfAny(Special);
        ReadOnlySpan<char> name = length < 0 ? Rest : Rest[..length];
        foreach (string word in new[] { " in ", " and ", " or " })
        {
            int at = name.IndexOf(word, StringComparison.Ordinal);
            name = at < 0 ? name : name[..at];
        }

        return name.TrimEnd().ToString();
    }

    /// <summary>The character at a position; a null character past the end.</summary>
    public char At(int position) => position < End ? Text[position] : '\0';

    /// <summary>An error at this place.</summary>
    public InputException Expected(string expected)
    {
        SkipSpaces();
        string found = Position == End ? "its end" : InputException.Quote(Rest);
        return new InputException($"{Where}, character {Position + 1} of {InputException.Quote(Text)}: found {found}, expected {expected}.");
    }

    /// <summary>An error at a place before.</summary>
    public InputException ExpectedAt(int position, string expected)
    {
        Position = position;
        return Expected(expected);
    }

    /// <summary>An error about what was read.</summary>
    public InputException Fault(string found, string expected) => new($"{Where}: found {found}, expected {expected}.");

    /// <summary>A name as it can be read again: in quotes where it needs them.</summary>
    public static string QuotedName(string name) =>
        name.AsSpan().IndexOfAny(Special) >= 0 || name.Length == 0 || char.IsAsciiDigit(name[0]) || name[0] == '.' ? InQuotes(name) : QuotedValue(name);

    /// <summary>A category as it can be read again: in quotes where it needs them.</summary>
    public static string QuotedValue(string value) =>
        value.Length == 0 || value != value.Trim() || value.AsSpan().IndexOfAny('"', ',') >= 0 ? InQuotes(value) : value;

    private static string InQuotes(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    private static bool IsLetter(char c) => char.IsLetterOrDigit(c) || c == '_';

    private int Digits(int at)
    {
        while (char.IsAsciiDigit(At(at)))
        {
            at++;
        }

        return at;
    }
}
