namespace Pallium.Inference;

/// <summary>A clamp as the user wrote it, before it is known where its cells stand.</summary>
/// <param name="Text">As it was written.</param>
/// <param name="Where">What errors call its place.</param>
/// <param name="Terms">The linear form; terms of several slices mean one form for each.</param>
/// <param name="Bounds">Of the linear form.</param>
/// <param name="Outcomes">The outcomes of a binary or categorical cell; null where the clamp is about numbers.</param>
internal sealed record WrittenClamp(
    string Text, string Where, IReadOnlyList<(WrittenCell Cell, double Coefficient)> Terms, Bounds Bounds, IReadOnlyList<int>? Outcomes = null)
{
    /// <summary>The clamps that are meant: one, or one for each slice of a range.</summary>
    /// <exception cref="InputException">Cells lie outside the data, or values outside the support of their channel.</exception>
    public IEnumerable<Clamp> Resolve(FrameSchema schema, SliceTimes times)
    {
        IReadOnlyList<CellAddress>[] cells = [.. Terms.Select(term => times.Resolve(term.Cell))];
        int slices = cells.Max(several => several.Count);
        return cells.All(several => several.Count == 1 || several.Count == slices)
            ? Enumerable.Range(0, slices).Select(i => Made(schema, [.. cells.Select(several => several[several.Count == 1 ? 0 : i])]) with { Text = slices == 1 ? Text : null })
            : throw Fault(InputException.Quote(Text), "ranges of as many slices each");
    }

    /// <summary>Checks what can be checked before it is known where cells stand.</summary>
    /// <exception cref="InputException">A value lies outside the support of its channel.</exception>
    public WrittenClamp Check(FrameSchema schema)
    {
        if (Terms.Count == 1)
        {
            Single(schema, new CellAddress(Terms[0].Cell.Channel, 1), Terms[0].Coefficient);
        }

        return this;
    }

    private Clamp Made(FrameSchema schema, CellAddress[] cells)
    {
        ClampTerm[] terms =
        [
            .. Terms.Zip(cells, (term, cell) => new ClampTerm(cell, term.Coefficient)).GroupBy(term => term.Cell)
                .Select(same => new ClampTerm(same.Key, same.Sum(term => term.Coefficient))).Where(term => term.Coefficient != 0),
        ];
        return terms.Length switch
        {
            0 => throw Fault($"{InputException.Quote(Text)}, whose cells cancel out", "a relation of cells"),
            1 => Single(schema, terms[0].Cell, terms[0].Coefficient),
            _ => Clamp.Linear(terms, Bounds.Low, Bounds.High),
        };
    }

    private Clamp Single(FrameSchema schema, CellAddress cell, double coefficient)
    {
        Channel channel = schema.Channels[cell.Channel];
        if (!channel.IsNumeric)
        {
            Bounds bounds = Bounds.DividedBy(coefficient);
            IReadOnlyList<int> outcomes = Outcomes ?? [.. Enumerable.Range(0, 2).Where(k => bounds.Holds(k))];
            return outcomes.Count == 0 ? throw Fault($"{InputException.Quote(Text)} for channel '{channel.Name}'", OutcomeNames.Expected(channel))
                : outcomes.Count == 1 ? Clamp.Equal(cell, outcomes[0]) : Clamp.OneOf(cell, outcomes);
        }

        Bounds closed = Bounds.DividedBy(coefficient).OnGrid(channel);
        string? expected = double.IsFinite(closed.High) ? SchemaCheck.Expected(channel, closed.High) : null;
        expected ??= double.IsFinite(closed.Low) ? SchemaCheck.Expected(channel with { Kind = ChannelKind.Real }, closed.Low) : null;
        return expected is null ? Clamp.Between(cell, closed.Low, closed.High)
            : throw Fault($"{InputException.Quote(Text)} for channel '{channel.Name}'", expected);
    }

    private InputException Fault(string found, string expected) => new($"{Where}: found {found}, expected {expected}.");
}
