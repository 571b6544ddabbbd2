using System.Globalization;

namespace Pallium.Inference;

/// <summary>Whether values and frames are such that a model of a schema can read them.</summary>
internal static class SchemaCheck
{
    /// <summary>What a channel expects where <paramref name="value"/> is none of its values; null where it is, or is a hole.</summary>
    public static string? Expected(Channel channel, double value) => channel.Kind switch
    {
        _ when double.IsNaN(value) => null,
        _ when !(Math.Abs(value) <= Cell.Largest) => "a number of at most 1e100 in size",
        ChannelKind.Positive when value < 0 => "a number that is not negative",
        ChannelKind.Binary when value is not (0 or 1) => "0 or 1",
        ChannelKind.Categorical when value != Math.Floor(value) || value < 0 || value >= channel.Categories.Count =>
            $"the index of one of its {channel.Categories.Count} categories",
        _ => null,
    };

    /// <summary>The values, one per column.</summary>
    /// <param name="columns">Channels or static columns.</param>
    /// <param name="values">NaN is a hole.</param>
    /// <param name="where">What errors call them.</param>
    /// <exception cref="InputException">There are more or fewer than columns, or a column cannot have one.</exception>
    public static void Values(IReadOnlyList<Channel> columns, ReadOnlySpan<double> values, string where)
    {
        if (values.Length != columns.Count)
        {
            throw new InputException($"{where}: found {values.Length} values, expected {columns.Count}, one for each of {Names(columns)}.");
        }

        for (int c = 0; c < values.Length; c++)
        {
            if (Expected(columns[c], values[c]) is { } expected)
            {
                throw new InputException(string.Create(CultureInfo.InvariantCulture, $"{where}, column '{columns[c].Name}': found {values[c]:R}, expected {expected}."));
            }
        }
    }

    /// <summary>A frame whose columns are those of <paramref name="schema"/>.</summary>
    /// <exception cref="InputException">Columns, categories or values differ, or there are no slices.</exception>
    public static Frame Fitting(Frame frame, FrameSchema schema)
    {
        Columns(frame.Source, "channels", frame.Channels, schema.Channels);
        Columns(frame.Source, "static columns", frame.Statics, schema.Statics);
        foreach (Series series in frame.Series)
        {
            Values(schema.Statics, series.Static, $"{frame.Source}, static values");
            for (int i = 0; i < series.Length; i++)
            {
                Values(schema.Channels, series.Row(i), frame.Source);
            }
        }

        return frame.RowCount > 0 ? frame : throw new InputException($"{frame.Source}: found no slices, expected at least one.");
    }

    private static void Columns(string source, string what, IReadOnlyList<Channel> found, IReadOnlyList<Channel> expected)
    {
        if (!found.Select(column => column.Name).SequenceEqual(expected.Select(column => column.Name)))
        {
            throw new InputException($"{source}: found {found.Count} {what} ({Names(found)}), expected {expected.Count} ({Names(expected)}).");
        }

        for (int c = 0; c < found.Count; c++)
        {
            // The index of a category means something only beside the list that it was counted in.
            if (!found[c].Categories.SequenceEqual(expected[c].Categories))
            {
                throw new InputException(
                    $"{source}, column '{found[c].Name}': found categories {string.Join(", ", found[c].Categories)}, expected {string.Join(", ", expected[c].Categories)}; "
                    + "read it with the model's schema (FrameOptions.Schema).");
            }
        }
    }

    private static string Names(IReadOnlyList<Channel> columns) => string.Join(", ", columns.Select(column => column.Name));
}
