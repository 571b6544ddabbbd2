using System.Globalization;

namespace Pallium.Inference;

/// <summary>A question sorted by what the exact engine does with its clamps: values of single cells, relations, bounds.</summary>
internal sealed class ExactQuestion
{
    private readonly IReadOnlyList<Channel> _channels;
    private readonly int _history;
    private readonly Dictionary<PathCell, double> _values = [];
    private readonly List<PathCell> _cells = [];
    private readonly Dictionary<PathCell, int> _indices = [];
    private readonly List<LinearForm> _relations = [];
    private readonly List<LinearForm> _bounds = [];

    /// <param name="channels">The model's channels.</param>
    /// <param name="history">Slices before offset 1.</param>
    /// <param name="question">What is asked.</param>
    /// <param name="clamps">Its clamps and those of slices known in advance.</param>
    /// <exception cref="InputException">A cell that is not there, a clamp that the engine cannot take.</exception>
    /// <exception cref="ContradictionException">A cell has two values.</exception>
    public ExactQuestion(IReadOnlyList<Channel> channels, int history, Question question, IReadOnlyList<Clamp> clamps)
    {
        _channels = channels;
        _history = history;
        Asked = [.. question.Asked.Select(IndexOf)];
        Hidden = [.. _cells];
        Events = [.. question.Events.Select(e => e.Cells.Select(IndexOf).ToArray())];
        foreach (Clamp clamp in clamps)
        {
            Add(clamp);
        }

        PathCell[] all = [.. _cells, .. _values.Keys];
        First = Math.Min(history, all.Select(cell => cell.Slice).DefaultIfEmpty(history).Min());
        End = Math.Max(history, all.Select(cell => cell.Slice + 1).DefaultIfEmpty(history).Max());
    }

    /// <summary>The cells that are asked for: they count as not seen.</summary>
    public HashSet<PathCell> Hidden { get; }

    /// <summary>Indices among <see cref="Cells"/>.</summary>
    public int[] Asked { get; }

    /// <summary>Of each event, indices among <see cref="Cells"/>.</summary>
    public int[][] Events { get; }

    /// <summary>All cells that are asked for or stand in an event, a relation or a bound.</summary>
    public IReadOnlyList<PathCell> Cells => _cells;

    /// <summary>The cells that are clamped to a value.</summary>
    public IReadOnlyDictionary<PathCell, double> Values => _values;

    /// <summary>Linear forms of known value.</summary>
    public IReadOnlyList<LinearForm> Relations => _relations;

    /// <summary>Linear forms that lie between bounds, all of them different.</summary>
    public IReadOnlyList<LinearForm> Bounds => _bounds;

    /// <summary>Whether the answer needs the joint distribution of <see cref="Cells"/>, not only that of each.</summary>
    public bool NeedsJoint => _relations.Count > 0 || _bounds.Count > 0 || Events.Length > 0;

    /// <summary>Whether nothing is known besides the history.</summary>
    public bool IsUnclamped => _values.Count == 0 && _relations.Count == 0 && _bounds.Count == 0;

    /// <summary>First slice that the question is about; the first one to come where it is about those alone.</summary>
    public int First { get; }

    /// <summary>One past the last slice that the question is about, or the history's.</summary>
    public int End { get; }

    private void Add(Clamp clamp)
    {
        if (double.IsInfinity(clamp.Low) && double.IsInfinity(clamp.High) && clamp.Outcomes.Count == 0)
        {
            return;
        }

        double? value = clamp.Outcomes.Count switch
        {
            0 => clamp.IsEquality ? clamp.Low : null,
            1 => clamp.Outcomes[0],
            _ => throw new InputException($"{clamp.Describe(_channels)}: found a set of categories, expected of the exact engine values, intervals, inequalities and linear relations; the sampling engine of a learned model (Session.Answer) takes sets."),
        };
        if (value is double known && !clamp.IsRelation)
        {
            PathCell cell = CellAt(clamp.Cell);
            if (SchemaCheck.Expected(_channels[cell.Channel], known) is { } expected)
            {
                throw new InputException($"{clamp.Describe(_channels)}: found {known.ToString("R", CultureInfo.InvariantCulture)}, expected {expected}.");
            }

            if (!_values.TryAdd(cell, known) && _values[cell] != known)
            {
                throw Contradiction(clamp, _channels);
            }

            return;
        }

        var form = new LinearForm(clamp, [.. clamp.Terms.Select(term => (IndexOf(term.Cell), term.Coefficient))]);
        if (clamp.IsEquality)
        {
            _relations.Add(form);
            return;
        }

        if (_bounds.FindIndex(bound => bound.Clamp.Terms.SequenceEqual(clamp.Terms)) is >= 0 and int same)
        {
            form = Intersection(_bounds[same].Clamp, form);
            _bounds.RemoveAt(same);
        }

        // What is at least so much, and at most, is that.
        (form.Clamp.IsEquality ? _relations : _bounds).Add(form);
    }

    /// <summary>Two bounds of one form are one.</summary>
    private LinearForm Intersection(Clamp first, LinearForm second)
    {
        double low = Math.Max(first.Low, second.Clamp.Low);
        double high = Math.Min(first.High, second.Clamp.High);
        return low <= high
            ? second with { Clamp = Clamp.Linear(first.Terms, low, high) with { Text = second.Clamp.Text } }
            : throw Contradiction(second.Clamp, _channels);
    }

    /// <summary>An exception about a clamp that cannot hold beside those before it; null: the history itself cannot be.</summary>
    public static ContradictionException Contradiction(Clamp? clamp, IReadOnlyList<Channel> channels) => clamp is null
        ? new ContradictionException("The history: cannot be under this model; log evidence -∞.")
        : new ContradictionException($"{clamp.Describe(channels)}: cannot hold beside the history and the clamps before it; log evidence -∞.", clamp, double.NegativeInfinity);

    private int IndexOf(CellAddress address)
    {
        PathCell cell = CellAt(address);
        if (!_indices.TryGetValue(cell, out int index))
        {
            _indices[cell] = index = _cells.Count;
            _cells.Add(cell);
        }

        return index;
    }

    private PathCell CellAt(CellAddress address)
    {
        if (address.Channel < 0 || address.Channel >= _channels.Count)
        {
            throw new InputException($"Found a cell of channel {address.Channel}, expected 0 to {_channels.Count - 1}.");
        }

        if (address.Offset > int.MaxValue / 2)
        {
            throw new InputException($"{address.Describe(_channels)}: found an offset beyond all memory, expected one below {int.MaxValue / 2}.");
        }

        if (address.Offset < 1 - _history)
        {
            throw new InputException(_history == 0
                ? $"{address.Describe(_channels)}: found offset {address.Offset} without a history, expected 1 (the first slice) or later."
                : $"{address.Describe(_channels)}: found offset {address.Offset}, expected {1 - _history} (the first slice of the history) or later.");
        }

        return new PathCell(_history - 1 + address.Offset, address.Channel);
    }
}
