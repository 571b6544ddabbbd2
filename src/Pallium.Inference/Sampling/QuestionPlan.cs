namespace Pallium.Inference;

/// <summary>A question as the sampler takes it: where it starts, slice by slice what is known, and which cells are kept.</summary>
internal sealed class QuestionPlan
{
    /// <summary>Known slices behind the last asked or clamped cell that still count.</summary>
    private const int Trail = 64;

    private readonly FrameSchema _schema;
    private readonly IReadOnlyList<Slice> _since;
    private readonly Question _question;
    private readonly AnswerOptions _options;
    private readonly int _first;

    /// <param name="schema">Channels and time.</param>
    /// <param name="time">Stamp of the last slice before <paramref name="since"/>; NaN: there was none.</param>
    /// <param name="since">Slices after that.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="options">Slices to come.</param>
    /// <exception cref="InputException">See <see cref="Session.Answer(IReadOnlyList{Slice}, Question, AnswerOptions?, CancellationToken)"/>.</exception>
    public QuestionPlan(FrameSchema schema, double time, IReadOnlyList<Slice> since, Question question, AnswerOptions options)
    {
        (_schema, _since, _question, _options) = (schema, since, question, options);
        CellAddress[] read = [.. question.Wanted];
        CellAddress[] cells = [.. question.Cells];
        foreach (CellAddress cell in cells)
        {
            Check(cell);
        }

        if (read.Length == 0)
        {
            throw new InputException("Found a question that asks for nothing, expected at least one cell or event.");
        }

        int last = cells.Max(cell => cell.Offset);
        _first = Math.Min(1, cells.Min(cell => cell.Offset));
        if (last < 1)
        {
            last = Math.Min(0, last + Trail);
        }

        Skipped = since.Count + _first - 1;
        foreach (Slice slice in since.Take(Skipped))
        {
            SchemaCheck.Values(schema.Channels, slice.Values, "Slice");
            time = NextTime(time, slice);
        }

        Slices = Plan(last, time, cells);
        Relations =
        [
            .. question.Clamps.Where(clamp => clamp.IsRelation).Select(clamp =>
                Clamp.Linear([.. clamp.Terms.Select(term => term with { Cell = term.Cell with { Offset = IndexOf(term.Cell) } })], clamp.Low, clamp.High) with
                {
                    Text = clamp.Text ?? clamp.Describe(schema.Channels),
                }),
        ];
        Keep = [.. Slices.Select(_ => new bool[schema.Channels.Count])];
        foreach (CellAddress cell in read)
        {
            Keep[IndexOf(cell)][cell.Channel] = true;
        }
    }

    /// <summary>How many of the slices since the stream's last one lie before the first of <see cref="Slices"/>, and are simply taken in.</summary>
    public int Skipped { get; }

    /// <summary>What is known of the slices.</summary>
    public IReadOnlyList<SlicePlan> Slices { get; }

    /// <summary>Relations between cells, by index of slice.</summary>
    public IReadOnlyList<Clamp> Relations { get; }

    /// <summary>Which cells are kept.</summary>
    public bool[][] Keep { get; }

    /// <summary>The slice of a cell.</summary>
    public int IndexOf(CellAddress cell) => cell.Offset - _first;

    private void Check(CellAddress cell)
    {
        IReadOnlyList<Channel> channels = _schema.Channels;
        if (cell.Channel < 0 || cell.Channel >= channels.Count)
        {
            throw new InputException($"Found a cell of channel number {cell.Channel}, expected one from 0 to {channels.Count - 1}.");
        }

        if (_schema.IsTable && cell.Offset != 1)
        {
            throw new InputException($"Found the cell {cell.Describe(channels)} of a table, whose rows have no past or future: expected no offset.");
        }

        if (cell.Offset <= -_since.Count)
        {
            throw new InputException(_since.Count == 0
                ? $"Found the cell {cell.Describe(channels)} of the past, expected cells from @+1 on where no slices of the past are given."
                : $"Found the cell {cell.Describe(channels)}, expected one from @{1 - _since.Count} on: the first of the {_since.Count} slices given.");
        }
    }

    private SlicePlan[] Plan(int last, double time, CellAddress[] touched)
    {
        int count = last - _first + 1;
        int channels = _schema.Channels.Count;
        var slices = new SlicePlan[count];
        for (int h = 0; h < count; h++)
        {
            int offset = _first + h;
            Slice? known = offset <= 0 ? _since[_since.Count - 1 + offset] : _options.Future is { } future && offset <= future.Count ? future[offset - 1] : null;
            if (known is not null)
            {
                SchemaCheck.Values(_schema.Channels, known.Values, offset <= 0 ? "Slice" : "Future slice");
            }

            time = NextTime(time, known);
            CellPlan missing = offset <= 0 ? CellPlan.Hole : CellPlan.Free;
            slices[h] = new SlicePlan(time,
            [
                .. Enumerable.Range(0, channels).Select(c => known is null || double.IsNaN(known.Values[c]) ? missing : new CellPlan(CellRole.Known) { Value = known.Values[c] }),
            ])
            {
                HasCome = offset <= 0,
            };
        }

        // What is asked for counts as not seen, and what a relation or an event reads must be there.
        HashSet<CellAddress> asked = [.. _question.Asked];
        foreach (CellAddress cell in touched)
        {
            CellPlan[] cells = slices[IndexOf(cell)].Cells;
            if (cells[cell.Channel].Role == CellRole.Hidden || asked.Contains(cell))
            {
                cells[cell.Channel] = CellPlan.Free;
            }
        }

        foreach (Clamp clamp in _question.Clamps.Where(clamp => !clamp.IsRelation))
        {
            ref CellPlan cell = ref slices[IndexOf(clamp.Cell)].Cells[clamp.Cell.Channel];
            cell = Narrowed(cell, clamp);
        }

        return slices;
    }

    private double NextTime(double before, Slice? known)
    {
        double time = known?.Time ?? before + (_options.Every ?? _schema.Time.Step);
        return time <= before && !_schema.IsTable
            ? throw new InputException($"Found a slice at {_schema.Time.Format(time)}, expected one after {_schema.Time.Format(before)}.")
            : time;
    }

    /// <summary>What a clamp leaves of a cell.</summary>
    private CellPlan Narrowed(CellPlan cell, Clamp clamp)
    {
        IReadOnlyList<Channel> channels = _schema.Channels;
        Channel channel = channels[clamp.Cell.Channel];
        string text = clamp.Describe(channels);
        if (clamp.IsEquality && clamp.Outcomes.Count == 0 && SchemaCheck.Expected(channel, clamp.Low) is { } expected)
        {
            throw new InputException($"Found '{text}', expected {expected}.");
        }

        bool[]? outcomes = cell.Outcomes;
        if (!channel.IsNumeric)
        {
            int count = channel.Kind == ChannelKind.Binary ? 2 : channel.Categories.Count;
            if (clamp.Outcomes.Any(k => k < 0 || k >= count))
            {
                throw new InputException($"Found '{text}', expected outcomes from 0 to {count - 1}.");
            }

            outcomes = [.. Enumerable.Range(0, count).Select(k =>
                (cell.Outcomes?[k] ?? true) && (clamp.Outcomes.Count == 0 ? k >= clamp.Low && k <= clamp.High : clamp.Outcomes.Contains(k)))];
        }
        else if (clamp.Outcomes.Count > 0)
        {
            throw new InputException($"Found '{text}', a set of outcomes, expected a number or an interval: {channel.Name} is measured on a scale.");
        }
        else if (channel.Kind == ChannelKind.Positive && clamp.High < 0)
        {
            throw new InputException($"Found '{text}', expected numbers that are not negative.");
        }

        (double low, double high) = cell.Role == CellRole.Known ? (cell.Value, cell.Value) : (cell.Low, cell.High);
        bool possible = !channel.IsNumeric
            ? outcomes!.Contains(true) && (cell.Role != CellRole.Known || outcomes![(int)cell.Value])
            : Math.Max(low, clamp.Low) <= Math.Min(high, clamp.High);
        if (!possible)
        {
            string other = cell.Clamp?.Describe(channels) ?? (cell.Role == CellRole.Known ? "its value in the data, " + channel.Format(cell.Value) : "what the channel can be");
            throw new ContradictionException($"Found a contradiction: '{text}' and {other} exclude each other (log evidence -∞), expected clamps that can hold together.", clamp, double.NegativeInfinity);
        }

        if (!channel.IsNumeric)
        {
            return outcomes!.Count(allowed => allowed) == 1
                ? new CellPlan(CellRole.Known) { Value = Array.IndexOf(outcomes!, true), Clamp = clamp }
                : new CellPlan(CellRole.Drawn) { Outcomes = outcomes, Clamp = clamp };
        }

        (low, high) = (Math.Max(low, clamp.Low), Math.Min(high, clamp.High));
        return low == high
            ? new CellPlan(CellRole.Known) { Value = low, Clamp = clamp }
            : new CellPlan(CellRole.Drawn) { Low = low, High = high, Clamp = clamp };
    }
}
