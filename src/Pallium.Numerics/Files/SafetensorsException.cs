namespace Pallium.Numerics;

/// <summary>Bytes that are not a valid safetensors file, or not the one expected; the message says what was found.</summary>
public sealed class SafetensorsException : FormatException
{
    /// <summary>States the fault in a sentence.</summary>
    public SafetensorsException(string message)
        : base(message)
    {
    }

    /// <summary>States the fault in a sentence.</summary>
    public SafetensorsException(string message, Exception inner)
        : base(message, inner)
    {
    }

    /// <summary>Text from a file in a form fit for a message: in quotes, short, without control characters.</summary>
    internal static string Quote(string text)
    {
        const int Longest = 60;
        string start = text.Length > Longest ? text[..Longest] + "…" : text;
        return $"'{string.Concat(start.Select(c => char.IsControl(c) || char.IsSurrogate(c) ? '?' : c))}'";
    }
}
