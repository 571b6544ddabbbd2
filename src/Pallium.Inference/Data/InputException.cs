namespace Pallium.Inference;

/// <summary>A user's mistake in data or options: the message is one sentence that names the file, the line, the column
/// or the option, what was found and what was expected.</summary>
public class InputException : Exception
{
    /// <summary>An exception without a sentence.</summary>
    public InputException()
    {
    }

    /// <summary>An exception with its sentence.</summary>
    public InputException(string message)
        : base(message)
    {
    }

    /// <summary>An exception with its sentence and its cause.</summary>
    public InputException(string message, Exception cause)
        : base(message, cause)
    {
    }

    /// <summary>"SOURCE, line N: found WHAT, expected WHAT."</summary>
    internal static InputException At(string source, int line, string found, string expected) =>
        new($"{source}, line {line}: found {found}, expected {expected}.");

    /// <summary>"SOURCE, line N, column 'NAME': found WHAT, expected WHAT."</summary>
    internal static InputException At(string source, int line, string column, string found, string expected) =>
        new($"{source}, line {line}, column '{column}': found {found}, expected {expected}.");

    /// <summary>A cell as an error shows it: quoted, on one line, at most 40 characters of it.</summary>
    internal static string Quote(ReadOnlySpan<char> text)
    {
        const int Longest = 40;
        Span<char> shown = stackalloc char[Math.Min(text.Length, Longest)];
        for (int i = 0; i < shown.Length; i++)
        {
            shown[i] = char.IsControl(text[i]) ? ' ' : text[i];
        }

        return $"'{shown}{(text.Length > Longest ? "..." : "")}'";
    }
}
