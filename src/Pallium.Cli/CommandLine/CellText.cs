using System.Text;

namespace Pallium.Cli;

/// <summary>A column and what is said of it: <c>column=word</c>, <c>"name with = in it"=word</c>.</summary>
internal static class CellText
{
    /// <summary>Reads a name and what it is set to.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="option">The option it belongs to, for errors.</param>
    /// <exception cref="InputException">The text is no assignment.</exception>
    public static (string Name, string Value) ParseAssignment(string text, string option)
    {
        string trimmed = text.Trim();
        int equals = trimmed.IndexOf('=');
        (string name, string rest) = trimmed.StartsWith('"') ? Unquote(trimmed, option, text)
            : equals < 0 ? (trimmed, "") : (trimmed[..equals].TrimEnd(), trimmed[equals..]);
        string value = rest.StartsWith('=') ? rest[1..].Trim() : "";
        return name.Length > 0 && value.Length > 0 ? (name, value) : throw Fault(option, text, "NAME=VALUE");
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
        new($"Option {option}: found '{text}', expected {expected} (names that contain = stand in quotes: '\"a=b\"=1').");
}
