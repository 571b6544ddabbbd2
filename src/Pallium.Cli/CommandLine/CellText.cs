using System.Buffers;
using System.Globalization;
using System.Text;

namespace Pallium.Cli;

/// <summary>Cells as a user writes them: <c>channel</c>, <c>channel=value</c>, <c>"name with = in it"=value</c>, <c>channel@+1=value</c>.</summary>
internal static class CellText
{
    private static readonly SearchValues<char> Special = SearchValues.Create("@=<>,\"");
    private static readonly SearchValues<char> Operators = SearchValues.Create("=<>");

    /// <summary>Reads the name of a cell.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="option">The option it belongs to, for errors.</param>
    /// <exception cref="InputException">The text is not the name of a cell of the next slice.</exception>
    public static string ParseName(string text, string option)
    {
        (string name, string rest) = Split(text, option);
        return rest.Length == 0 ? name : throw Fault(option, text, "the name of a channel");
    }

    /// <summary>Reads a cell and its value.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="option">The option it belongs to, for errors.</param>
    /// <exception cref="InputException">The text is not a cell of the next slice and its value.</exception>
    public static (string Name, string Value) ParseAssignment(string text, string option)
    {
        (string name, string rest) = Split(text, option);
        if (rest.StartsWith('<') || rest.StartsWith('>'))
        {
            throw new InputException($"Option {option}: found '{text}', but inequalities are not supported yet, expected NAME=VALUE.");
        }

        if (!rest.StartsWith('='))
        {
            throw Fault(option, text, "NAME=VALUE");
        }

        string value = rest[1..].Trim();
        if (value.StartsWith('"'))
        {
            (value, string after) = Unquote(value, option, text);
            value = after.Length == 0 ? value : throw Fault(option, text, "NAME=VALUE");
        }

        return value.Length > 0 ? (name, value) : throw Fault(option, text, "NAME=VALUE with a value");
    }

    /// <summary>Splits a cell from what follows it, and checks that it lies in the next slice.</summary>
    private static (string Name, string After) Split(string text, string option)
    {
        string trimmed = text.Trim();
        string name;
        string rest;
        if (trimmed.StartsWith('"'))
        {
            (name, rest) = Unquote(trimmed, option, text);
        }
        else
        {
            int end = trimmed.AsSpan().IndexOfAny(Special);
            (name, rest) = end < 0 ? (trimmed, "") : (trimmed[..end].TrimEnd(), trimmed[end..]);
        }

        if (name.Length == 0)
        {
            throw Fault(option, text, "the name of a channel");
        }

        if (rest.StartsWith('@'))
        {
            int end = rest.AsSpan().IndexOfAny(Operators);
            string offset = end < 0 ? rest[1..].Trim() : rest[1..end].Trim();
            rest = end < 0 ? "" : rest[end..];
            if (!int.TryParse(offset, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out int steps) || steps != 1)
            {
                throw new InputException($"Option {option}: found '{text}', but only the next slice, @+1, can be asked about yet.");
            }
        }

        return (name, rest);
    }

    /// <summary>Splits a quoted text, in which a doubled quote stands for one, from what follows it.</summary>
    private static (string Inside, string After) Unquote(string quoted, string option, string text)
    {
        var inside = new StringBuilder();
        for (int i = 1; i < quoted.Length; i++)
        {
            if (quoted[i] != '"')
            {
                inside.Append(quoted[i]);
            }
            else if (i + 1 < quoted.Length && quoted[i + 1] == '"')
            {
                inside.Append('"');
                i++;
            }
            else
            {
                return (inside.ToString(), quoted[(i + 1)..].TrimStart());
            }
        }

        throw Fault(option, text, "a closing quote");
    }

    private static InputException Fault(string option, string text, string expected) =>
        new($"Option {option}: found '{text}', expected {expected} (names that contain @ = < > , stand in quotes: '\"a=b\"=1').");
}
