namespace Pallium.Inference;

/// <summary>
/// An expression over cells, for events and costs: numbers, <c>+ - * / ^</c>, parentheses, comparisons <c>= != &lt; &lt;= &gt; &gt;=</c>,
/// <c>and or not</c> (or <c>&amp;&amp; || !</c>), <c>abs min max exp log sqrt tanh</c>, cells with or without an address, and the names of outcomes:
/// <c>co2@+6 &gt; 1000 and weather=rain</c>, <c>(temperature-21)^2 + 0.1*heating</c>, <c>max(occupancy@+1..+6) &gt; 0</c>.
/// </summary>
/// <remarks>
/// Names that contain special characters, or begin with a digit, stand in quotes. Of several channels whose names fit, the longest is meant: where one
/// is called <c>a-b</c>, <c>a-b</c> is that one and <c>a - b</c> a difference. True is 1 and false 0; what is not zero counts as true.
/// Comparisons are about recorded values: where a channel has a grid of 0.1, 3.04 counts as 3.
/// </remarks>
public sealed class CellExpression
{
    private readonly FrameSchema _schema;
    private readonly Expression _root;

    private CellExpression(string text, FrameSchema schema, Expression root)
    {
        Text = text;
        _schema = schema;
        _root = root;
    }

    /// <summary>How it was written.</summary>
    public string Text { get; }

    /// <summary>How far back its cells lie.</summary>
    public QuestionReach Reach => QuestionReach.Of(_root.Cells, _schema.Time);

    /// <summary>Reads an expression.</summary>
    /// <param name="text">What the user wrote.</param>
    /// <param name="schema">The model's columns.</param>
    /// <param name="where">What errors call it, such as <c>Option --event</c>.</param>
    /// <exception cref="InputException">It is no expression: the sentence says where, what was found and what was expected.</exception>
    public static CellExpression Parse(string text, FrameSchema schema, string where = "Expression")
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(schema);
        return new CellExpression(text.Trim(), schema, ExpressionParser.Parse(text, schema, where));
    }

    /// <summary>The function of the cells that are addressed from the last slice of the history; without an address those of the next slice.</summary>
    /// <exception cref="InputException">A cell lies outside the data.</exception>
    public CellFunction Bind(SliceTimes times)
    {
        ArgumentNullException.ThrowIfNull(times);
        return CellProgram.Compile(_root, Text, _schema.Channels, times.Resolve);
    }

    /// <summary>The function as it stands at one slice: a cell without an address is that slice's, @-1 the slice before, and so on.</summary>
    /// <param name="offset">The slice, counted from the last one of the history.</param>
    /// <exception cref="InputException">A cell is addressed by time.</exception>
    public CellFunction BindAt(int offset) => CellProgram.Compile(_root, Text, _schema.Channels, cell =>
    {
        int from = Relative(cell, cell.From);
        int to = cell.To is { } end ? Relative(cell, end) : from;
        return to >= from && to - from < SliceTimes.MostSlices
            ? [.. Enumerable.Range(offset + from, to - from + 1).Select(slice => new CellAddress(cell.Channel, slice))]
            : throw new InputException($"{cell.Where}: found {InputException.Quote(cell.Text)}, expected a range of slices, the earlier end first.");
    });

    private static int Relative(WrittenCell cell, SliceAddress address) => address.Kind switch
    {
        SliceAddressKind.None => 0,
        SliceAddressKind.Offset => (int)address.Value,
        _ => throw new InputException($"{cell.Where}: found {InputException.Quote(cell.Text)}, expected slices from the one at hand, such as @-1."),
    };
}
