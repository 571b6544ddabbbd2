using System.Buffers;

namespace Pallium.Inference;

/// <summary>A cell, or one channel's cells of several slices, as the user wrote it: <c>name</c>, <c>name@+3</c>, <c>"a name"@+1..+6</c>.</summary>
/// <param name="Channel">Index of its channel.</param>
/// <param name="From">Its slice, or the first of them.</param>
/// <param name="To">The last of them; null: one slice.</param>
/// <param name="Text">As it was written.</param>
/// <param name="Where">What errors call the text that it stands in.</param>
internal sealed record WrittenCell(int Channel, SliceAddress From, SliceAddress? To, string Text, string Where)
{
    private static readonly SearchValues<char> More = SearchValues.Create("@=<>!\"");

    /// <summary>Reads a cell, if the name of a channel is next: the longest name, or header with its unit, that fits.</summary>
    /// <exception cref="InputException">A name in quotes is no channel, or what follows @ no address.</exception>
    public static WrittenCell? TryRead(TextCursor cursor, FrameSchema schema)
    {
        cursor.SkipSpaces();
        int start = cursor.Position;
        int channel;
        if (cursor.TakeQuoted(out string quoted))
        {
            channel = ChannelNames.Require(schema, quoted, cursor.Where);
        }
        else
        {
            channel = TakeName(cursor, schema);
            if (channel < 0)
            {
                return null;
            }
        }

        SliceAddress from = default;
        SliceAddress? to = null;
        if (cursor.Take("@"))
        {
            from = SliceAddress.Read(cursor, schema.Time);
            to = cursor.Take("..") ? SliceAddress.Read(cursor, schema.Time) : null;
        }

        return new WrittenCell(channel, from, to, cursor.Text[start..cursor.Position].Trim(), cursor.Where);
    }

    /// <summary>Whether the name of a channel is next, without quotes.</summary>
    public static bool IsNext(TextCursor cursor, FrameSchema schema)
    {
        int start = cursor.Position;
        bool next = TakeName(cursor, schema) >= 0;
        cursor.Position = start;
        return next;
    }

    /// <summary>Reads a cell.</summary>
    /// <param name="cursor">The text.</param>
    /// <param name="schema">The channels.</param>
    /// <param name="expected">What an error says where no name is next.</param>
    /// <exception cref="InputException">There is none.</exception>
    public static WrittenCell Read(TextCursor cursor, FrameSchema schema, string expected = "the name of a channel")
    {
        if (TryRead(cursor, schema) is { } cell)
        {
            return cell;
        }

        string name = cursor.PeekName();
        if (name.Length > 0 && !char.IsAsciiDigit(name[0]))
        {
            ChannelNames.Require(schema, name, cursor.Where);
        }

        throw cursor.Expected(expected);
    }

    private static int TakeName(TextCursor cursor, FrameSchema schema)
    {
        int longest = cursor.TakeLongest([.. schema.Channels.Select(c => Plain(c.Name)), .. schema.Channels.Select(c => Plain(c.Header))]);
        return longest < 0 ? -1 : longest % schema.Channels.Count;
    }

    /// <summary>A name that may stand without quotes; empty where it may not, as it could be taken for more than a name.</summary>
    private static string Plain(string name) => name.AsSpan().IndexOfAny(More) < 0 ? name : "";
}
