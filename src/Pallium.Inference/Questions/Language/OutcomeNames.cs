namespace Pallium.Inference;

/// <summary>Finds the outcomes of binary and categorical channels by what users call them.</summary>
internal static class OutcomeNames
{
    /// <summary>The outcome that a text names: a category (3.0 for 3), or of a binary channel 0, 1, yes, no, true, false; -1 where it names none.</summary>
    public static int Find(Channel channel, string text)
    {
        bool binary = channel.Kind == ChannelKind.Binary;
        for (int k = 0; k < channel.Categories.Count; k++)
        {
            if (channel.Categories[k].Equals(text, binary ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal))
            {
                return k;
            }
        }

        bool isNumber = Cell.TryNumber(text, out double number);
        return binary && Cell.TryYesNo(text, out bool yes) ? (yes ? 1 : 0)
            : binary && isNumber && number is 0 or 1 ? (int)number
            : isNumber && number.ToString("R", System.Globalization.CultureInfo.InvariantCulture) is var plain && plain != text ? Find(channel, plain)
            : -1;
    }

    /// <summary>The outcome that a text names.</summary>
    /// <exception cref="InputException">It names none.</exception>
    public static int Require(Channel channel, string text, string where) =>
        Find(channel, text) is >= 0 and var outcome ? outcome
            : throw new InputException($"{where}: found {InputException.Quote(text)} for channel '{channel.Name}', expected {Expected(channel)}.");

    /// <summary>Reads the name of an outcome, if one is next, in quotes or not.</summary>
    public static bool TryRead(TextCursor cursor, Channel channel, out int outcome)
    {
        int start = cursor.Position;
        if (cursor.TakeQuoted(out string quoted))
        {
            outcome = Find(channel, quoted);
        }
        else
        {
            string[] words = channel.Kind == ChannelKind.Binary ? [.. channel.Categories, "yes", "no", "true", "false"] : [.. channel.Categories];
            int longest = cursor.TakeLongest(words);
            outcome = longest < 0 ? -1 : Find(channel, words[longest]);
        }

        cursor.Position = outcome < 0 ? start : cursor.Position;
        return outcome >= 0;
    }

    /// <summary>What an error says it expected.</summary>
    public static string Expected(Channel channel) => channel.Kind == ChannelKind.Categorical || channel.Categories.Count > 0
        ? $"one of {string.Join(", ", channel.Categories)}" : "0 or 1";
}
