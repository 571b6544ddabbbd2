namespace Pallium.Inference;

/// <summary>
/// Reads clamps: <c>co2@+6=1200</c>, <c>window@+1..+6=open</c>, <c>temperature@+12 in 21..23 °C</c>, <c>weather in rain,snow</c>, <c>weather!=fog</c>,
/// <c>wind&lt;3</c>, <c>temp@+1 = temp_max@+2</c>, <c>a@+1 - 2*b@+3 &lt;= 4</c>.
/// </summary>
/// <remarks>
/// Bounds are about recorded values: of a channel with numbers on a grid, less than 3 is up to the grid's next value below. In a relation of several
/// cells, whose values have no common grid, less means at most. A unit may follow a value where it is the channel's.
/// </remarks>
internal sealed class ClampParser
{
    private readonly FrameSchema _schema;
    private readonly TextCursor _cursor;
    private readonly ExpressionParser _expressions;

    private ClampParser(TextCursor cursor, FrameSchema schema)
    {
        _schema = schema;
        _cursor = cursor;
        _expressions = new ExpressionParser(cursor, schema);
    }

    /// <summary>Reads a clamp.</summary>
    /// <exception cref="InputException">It is none, or cannot hold: the sentence says what was found and expected.</exception>
    public static WrittenClamp Parse(string text, FrameSchema schema, string where) =>
        new ClampParser(new TextCursor(text.TrimEnd(), where), schema).Clamp().Check(schema);

    private WrittenClamp Clamp()
    {
        // A name that looks like a number is meant where a comparison follows.
        if (WrittenCell.TryRead(_cursor, _schema) is { } cell && TakeSign(out Operation? sign))
        {
            return _schema.Channels[cell.Channel].IsNumeric ? Number(cell, sign) : Outcome(cell, sign);
        }

        _cursor.Position = 0;
        CellSum left = CellSum.Of(_expressions.Sum(), _cursor);
        return TakeSign(out sign) ? Relation(left, sign) : throw _cursor.Expected("=, <, <=, >, >= or in");
    }

    /// <summary>Reads a comparison, or <c>in</c>, which is null.</summary>
    private bool TakeSign(out Operation? sign)
    {
        sign = _expressions.TakeComparison(out Operation comparison) ? comparison : null;
        return sign is not null || _cursor.TakeWord("in");
    }

    private WrittenClamp Number(WrittenCell cell, Operation? sign)
    {
        Channel channel = _schema.Channels[cell.Channel];
        if (sign is null)
        {
            return Made([(cell, 1)], Range(channel.Unit));
        }

        CutUnit(channel.Unit);
        int start = Here();
        Expression right = Right(channel);
        if (!right.Cells.Any())
        {
            return Made([(cell, 1)], Compared(sign.Value, CellSum.Of(right, _cursor).Constant));
        }

        if (right is CellReference { Cell.Channel: var other } && channel.Unit is { } unit && _schema.Channels[other].Unit is { } found && found != unit)
        {
            throw _cursor.ExpectedAt(start, $"a channel in {unit}, as '{channel.Name}' is ('{_schema.Channels[other].Name}' is in {found})");
        }

        return Related(new CellSum([(cell, 1)], 0), sign.Value, right);
    }

    private WrittenClamp Relation(CellSum left, Operation? sign)
    {
        if (sign is null)
        {
            Bounds bounds = Range(null);
            return Made(left.Terms, new(bounds.Low - left.Constant, bounds.High - left.Constant));
        }

        return Related(left, sign.Value, Right(null));
    }

    private WrittenClamp Related(CellSum left, Operation sign, Expression right)
    {
        CellSum difference = left.Plus(CellSum.Of(right, _cursor).Times(-1));
        return Made(difference.Terms, Compared(sign, -difference.Constant + 0.0));
    }

    private WrittenClamp Outcome(WrittenCell cell, Operation? sign)
    {
        Channel channel = _schema.Channels[cell.Channel];
        if (sign is null)
        {
            return Made([(cell, 1)], default, Outcomes(channel));
        }

        if (sign is Operation.Equal or Operation.NotEqual)
        {
            int start = Here();
            string text = _cursor.TakeQuoted(out string quoted) && _cursor.AtEnd ? quoted : _cursor.Text[start.._cursor.End].Trim();
            _cursor.Position = start;
            int outcome = OutcomeNames.Find(channel, text);
            if (outcome < 0 && !(channel.Kind == ChannelKind.Binary && IsExpression()))
            {
                OutcomeNames.Require(channel, text, _cursor.Where);
            }

            if (outcome >= 0)
            {
                _cursor.Position = _cursor.End;
                int all = channel.Kind == ChannelKind.Binary ? 2 : channel.Categories.Count;
                return Made([(cell, 1)], default, sign == Operation.Equal ? [outcome] : [.. Enumerable.Range(0, all).Where(k => k != outcome)]);
            }
        }

        return channel.Kind == ChannelKind.Binary ? Related(new CellSum([(cell, 1)], 0), sign.Value, Right(null))
            : throw _cursor.Fault($"{InputException.Quote(_cursor.Text)}, which asks for an order", $"= or in, as '{channel.Name}' has categories");
    }

    /// <summary>The outcomes of a list: in quotes, or all up to the next comma.</summary>
    private List<int> Outcomes(Channel channel)
    {
        var outcomes = new List<int>();
        do
        {
            if (!OutcomeNames.TryRead(_cursor, channel, out int outcome))
            {
                int comma = _cursor.Rest.IndexOf(',');
                string text = (comma < 0 ? _cursor.Rest : _cursor.Rest[..comma]).Trim().ToString();
                outcome = OutcomeNames.Require(channel, text, _cursor.Where);
                _cursor.Position = comma < 0 ? _cursor.End : _cursor.Position + comma;
            }

            outcomes.Add(outcome);
        }
        while (_cursor.Take(","));
        return _cursor.AtEnd ? outcomes : throw _cursor.Expected("a comma or the end");
    }

    /// <summary>LOW..HIGH.</summary>
    private Bounds Range(string? unit)
    {
        CutUnit(unit);
        int start = Here();
        double low = Constant();
        if (unit is not null)
        {
            _cursor.TakeWord(unit);
        }

        if (!_cursor.Take(".."))
        {
            throw _cursor.Expected("LOW..HIGH, two numbers");
        }

        double high = Constant();
        RequireEnd(unit);
        return low <= high ? new(low, high)
            : throw _cursor.Fault($"the range {InputException.Quote(_cursor.Text.AsSpan(start))}, whose ends are the wrong way round", "the lower end first");
    }

    private double Constant()
    {
        int start = Here();
        CellSum sum = CellSum.Of(_expressions.Sum(), _cursor);
        if (sum.Terms.Count > 0)
        {
            throw _cursor.ExpectedAt(start, "a number");
        }

        return sum.Constant;
    }

    /// <summary>What stands to the right of a comparison, up to the end; cells of several slices only alone.</summary>
    private Expression Right(Channel? channel)
    {
        Expression right = _expressions.Sum();
        if (right is not CellReference { Cell: { To: not null, Channel: var several } } || _schema.Channels[several].Kind == ChannelKind.Categorical)
        {
            _expressions.Number(right);
        }

        RequireEnd(channel?.Unit, channel);
        return right;
    }

    private Bounds Compared(Operation sign, double number) => sign != Operation.NotEqual ? Bounds.Of(sign, number)
        : throw _cursor.Fault(InputException.Quote(_cursor.Text), "=, <, <=, >, >= or in, as one number among all is never worth excluding");

    /// <summary>Leaves the channel's unit at the end of the text out of what is read, where it follows a digit or a space.</summary>
    private void CutUnit(string? unit)
    {
        if (unit is not null && _cursor.Rest.EndsWith(unit, StringComparison.Ordinal) && _cursor.Rest.Length > unit.Length
            && _cursor.At(_cursor.End - unit.Length - 1) is var before && (char.IsWhiteSpace(before) || char.IsAsciiDigit(before)))
        {
            _cursor.End -= unit.Length;
        }
    }

    private void RequireEnd(string? unit, Channel? channel = null)
    {
        if (_cursor.AtEnd)
        {
            return;
        }

        char next = _cursor.At(_cursor.Position);
        throw next == ',' ? _cursor.Expected("the end (numbers have a decimal point)")
            : char.IsLetter(next) || next is '%' or '°' or 'µ' ? _cursor.Expected(unit is not null ? $"the unit {unit}" : channel is null ? "the end" : "no unit, as the channel has none")
            : _cursor.Expected("an operator or the end");
    }

    /// <summary>Whether what comes next is a number, a cell or a parenthesis.</summary>
    private bool IsExpression()
    {
        int start = Here();
        return char.IsAsciiDigit(_cursor.At(start)) || _cursor.At(start) is '(' or '-' or '+' or '.'
            || WrittenCell.IsNext(_cursor, _schema);
    }

    private int Here()
    {
        _cursor.SkipSpaces();
        return _cursor.Position;
    }

    private WrittenClamp Made(IReadOnlyList<(WrittenCell Cell, double Coefficient)> terms, Bounds bounds, IReadOnlyList<int>? outcomes = null)
    {
        (WrittenCell Cell, double Coefficient)[] left = [.. terms.Where(term => term.Coefficient != 0)];
        return left.Length > 0 && left.All(term => Cell.IsUsable(term.Coefficient)) ? new WrittenClamp(_cursor.Text.Trim(), _cursor.Where, left, bounds, outcomes)
            : throw _cursor.Fault(InputException.Quote(_cursor.Text), "a relation of at least one cell");
    }
}
