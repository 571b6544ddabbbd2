namespace Pallium.Layers;

/// <summary>A stack's text could not be read. The message is one sentence, the text, and a caret under the place.</summary>
public sealed class StackTextException : FormatException
{
    /// <summary>Creates the error.</summary>
    public StackTextException(string sentence, string text, int position)
        : base($"{sentence}\n  {text}\n  {new string(' ', position - 1)}^")
    {
        Sentence = sentence;
        Position = position;
    }

    /// <summary>The message without the drawing.</summary>
    public string Sentence { get; }

    /// <summary>Where, counted from 1.</summary>
    public int Position { get; }
}
