namespace Pallium.Inference;

/// <summary>A question as a user writes it, piece by piece; read at once, and turned into a <see cref="Question"/> when it is known when the slices are.</summary>
/// <remarks>
/// A cell is <c>name</c>, <c>name@ADDRESS</c> or <c>name@ADDRESS..ADDRESS</c>. An address is a number of slices from the last one of the history
/// (<c>@0</c>, <c>@+3</c>, <c>@-40</c>), a length of time from it (<c>@+6h</c>, <c>@-30min</c>; s, min, h, d, w), or a stamp
/// (<c>@2015-02-10T14:20</c>); without one the next slice is meant. The ends of a range need not be the times of slices; other addresses do, to a
/// twentieth of a step. Names that contain special characters or begin with a digit stand in double quotes, in which "" is one.
/// <para>A clamp is <c>cell=value</c>, <c>cell in low..high</c>, <c>cell in category,category</c>, <c>cell&lt;value</c> (also &lt;=, &gt;, &gt;=, and != for
/// categories), or a linear relation such as <c>a@+1 - 2*b@+3 &lt;= 4</c>. A value may be followed by the unit of its channel. Bounds are about recorded
/// values: on a grid of 0.1, <c>wind&lt;3</c> is up to 2.9; in a relation of several cells &lt; is taken as &lt;=.</para>
/// </remarks>
/// <param name="schema">The model's columns.</param>
public sealed class QuestionText(FrameSchema schema)
{
    private readonly FrameSchema _schema = schema ?? throw new ArgumentNullException(nameof(schema));
    private readonly double[] _statics = [.. Enumerable.Repeat(double.NaN, schema.Statics.Count)];
    private readonly List<WrittenClamp> _given = [];
    private readonly List<WrittenCell> _asked = [];
    private readonly List<CellExpression> _events = [];

    /// <summary>How far back the cells of the question lie.</summary>
    public QuestionReach Reach { get; private set; } = QuestionReach.None;

    /// <summary>One value per static column, NaN where none was given.</summary>
    public IReadOnlyList<double> Statics => _statics;

    /// <summary>Adds something known.</summary>
    /// <param name="text">A clamp, or <c>column=value</c> for a static column.</param>
    /// <param name="where">What errors call it, such as <c>Option --given</c>.</param>
    /// <exception cref="InputException">It is no clamp, names no channel, or a value that its channel cannot have.</exception>
    public void Given(string text, string where = "Clamp")
    {
        ArgumentNullException.ThrowIfNull(text);
        if (TryStatic(new TextCursor(text, where)))
        {
            return;
        }

        WrittenClamp clamp = ClampParser.Parse(text, _schema, where);
        _given.Add(clamp);
        Extend(clamp.Terms.Select(term => term.Cell));
    }

    /// <summary>Adds cells that are asked for.</summary>
    /// <param name="text">A cell, or the cells of several slices.</param>
    /// <param name="where">What errors call it, such as <c>Option --infer</c>.</param>
    /// <exception cref="InputException">It is no cell.</exception>
    public void Infer(string text, string where = "Cell")
    {
        ArgumentNullException.ThrowIfNull(text);
        var cursor = new TextCursor(text, where);
        WrittenCell cell = WrittenCell.Read(cursor, _schema);
        _asked.Add(cursor.AtEnd ? cell : throw cursor.Expected("an address such as @+3, or the end"));
        Extend([cell]);
    }

    /// <summary>Adds an event whose probability is asked for: a <see cref="CellExpression"/>.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="where">What errors call it, such as <c>Option --event</c>.</param>
    /// <exception cref="InputException">It is no expression.</exception>
    public void Event(string text, string where = "Event")
    {
        CellExpression happening = CellExpression.Parse(text, _schema, where);
        _events.Add(happening);
        Reach = Reach.And(happening.Reach);
    }

    /// <summary>The question.</summary>
    /// <param name="times">When the slices are.</param>
    /// <returns>Clamps of one cell are merged; cells that are asked for twice are asked for once.</returns>
    /// <exception cref="InputException">Cells lie outside the data or between slices, or one is both given and asked for
    /// (within a range it may be).</exception>
    /// <exception cref="ContradictionException">Two clamps of one cell exclude each other.</exception>
    public Question Resolve(SliceTimes times)
    {
        ArgumentNullException.ThrowIfNull(times);
        var clamps = new ClampSet(_schema.Channels);
        foreach (Clamp clamp in _given.SelectMany(written => written.Resolve(_schema, times)))
        {
            clamps.Add(clamp);
        }

        CellAddress[] asked = [.. _asked.SelectMany(times.Resolve).Distinct()];
        foreach (CellAddress cell in _asked.Where(written => written.To is null).SelectMany(times.Resolve).Where(clamps.Fixes))
        {
            throw new InputException($"Cell '{cell.Describe(_schema.Channels)}' is both given and asked for; expected one of the two.");
        }

        return new Question { Clamps = clamps.Clamps, Asked = asked, Events = [.. _events.Select(happening => happening.Bind(times))] };
    }

    /// <summary>Reads <c>column=value</c>, if the text begins with the name of a static column.</summary>
    private bool TryStatic(TextCursor cursor)
    {
        int column = cursor.AtEnd || _schema.Statics.Count == 0 ? -1
            : cursor.TakeQuoted(out string quoted) ? ChannelNames.Find(_schema.Statics, quoted)
            : cursor.TakeLongest([.. _schema.Statics.Select(c => c.Name), .. _schema.Statics.Select(c => c.Header)]);
        if (column < 0 || !cursor.Take("="))
        {
            return false;
        }

        Channel found = _schema.Statics[column % _schema.Statics.Count];
        bool isQuoted = cursor.TakeQuoted(out string value);
        if (isQuoted && !cursor.AtEnd)
        {
            throw cursor.Expected("the end");
        }

        string text = isQuoted ? value : cursor.Rest.Trim().ToString();
        _statics[column % _schema.Statics.Count] = !found.IsNumeric ? OutcomeNames.Require(found, text, cursor.Where)
            : Cell.TryNumber(text, out double number) && Cell.IsUsable(number) ? number
            : throw cursor.Fault($"{InputException.Quote(text)} for the static column '{found.Name}'", "a number");
        return true;
    }

    private void Extend(IEnumerable<WrittenCell> cells) =>
        Reach = Reach.And(QuestionReach.Of(cells, _schema.Time));
}
