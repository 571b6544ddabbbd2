namespace Pallium.Inference;

/// <summary>Reads expressions: or, and, not, comparisons, sums, products, powers, calls, by falling precedence of their operators from last to first.</summary>
/// <remarks>
/// A comparison does not chain; ^ binds to the right and more than a minus before it. A binary or categorical cell is compared with the names of its
/// outcomes; a categorical one does nothing else. Cells of several slices stand in min and max only.
/// </remarks>
internal sealed class ExpressionParser(TextCursor cursor, FrameSchema schema)
{
    private const int DeepestNesting = 60;

    private static readonly (string Symbol, Operation Operation)[] Comparisons =
    [
        ("<=", Operation.LessOrEqual), (">=", Operation.GreaterOrEqual), ("!=", Operation.NotEqual), ("==", Operation.Equal),
        ("=", Operation.Equal), ("<", Operation.Less), (">", Operation.Greater),
    ];

    private static readonly (string Name, Operation Operation, int Most)[] Functions =
    [
        ("abs", Operation.Abs, 1), ("min", Operation.Min, int.MaxValue), ("max", Operation.Max, int.MaxValue), ("exp", Operation.Exp, 1),
        ("log", Operation.Log, 1), ("sqrt", Operation.Sqrt, 1), ("tanh", Operation.Tanh, 1),
    ];

    private int _nesting;

    /// <summary>Reads a whole text.</summary>
    /// <exception cref="InputException">It is no expression; the message says where and what was expected.</exception>
    public static Expression Parse(string text, FrameSchema schema, string where)
    {
        var cursor = new TextCursor(text, where);
        var parser = new ExpressionParser(cursor, schema);
        Expression expression = parser.Number(parser.Or());
        return cursor.AtEnd ? expression : throw cursor.Expected("an operator or the end");
    }

    /// <summary>Reads the sign of a comparison, if one is next.</summary>
    public bool TakeComparison(out Operation operation)
    {
        int which = Array.FindIndex(Comparisons, comparison => cursor.Take(comparison.Symbol));
        operation = which < 0 ? default : Comparisons[which].Operation;
        return which >= 0;
    }

    /// <summary>Reads sums and all that binds more.</summary>
    public Expression Sum()
    {
        Expression left = Product();
        while (true)
        {
            Operation? operation = cursor.Take("+") ? Operation.Add : cursor.Take("-") ? Operation.Subtract : null;
            if (operation is null)
            {
                return left;
            }

            left = Operate(operation.Value, left, Product());
        }
    }

    /// <summary>An expression that is one number: no categories, and no cells of several slices.</summary>
    /// <exception cref="InputException">It is not.</exception>
    public Expression Number(Expression expression)
    {
        if (expression is CellReference { Cell: var cell })
        {
            Channel channel = schema.Channels[cell.Channel];
            if (channel.Kind == ChannelKind.Categorical)
            {
                throw cursor.ExpectedAt(expression.Position, $"a number: '{channel.Name}' has categories, so compare it, as in {InputException.Quote($"{cell.Text}={TextCursor.QuotedValue(channel.Categories[0])}")}");
            }

            if (cell.To is not null)
            {
                throw cursor.ExpectedAt(expression.Position, "one slice (several stand in min and max only)");
            }
        }

        return expression;
    }

    private Expression Or()
    {
        Expression left = And();
        while (cursor.TakeWord("or") || cursor.Take("||"))
        {
            left = Operate(Operation.Or, left, And());
        }

        return left;
    }

    private Expression And()
    {
        Expression left = Not();
        while (cursor.TakeWord("and") || cursor.Take("&&"))
        {
            left = Operate(Operation.And, left, Not());
        }

        return left;
    }

    private Expression Not()
    {
        cursor.SkipSpaces();
        int start = cursor.Position;
        return !WrittenCell.IsNext(cursor, schema) && (cursor.TakeWord("not") || cursor.Take("!"))
            ? Nested(() => Operate(start, Operation.Not, Not()))
            : Comparison();
    }

    private Expression Comparison()
    {
        Expression left = Sum();
        if (!TakeComparison(out Operation operation))
        {
            return left;
        }

        bool equality = operation is Operation.Equal or Operation.NotEqual;
        if (!equality || left is not CellReference { Cell: { To: null, Channel: var c } } || schema.Channels[c] is not { IsNumeric: false } channel)
        {
            return Operate(operation, Number(left), Sum());
        }

        cursor.SkipSpaces();
        int start = cursor.Position;
        if (OutcomeNames.TryRead(cursor, channel, out int outcome))
        {
            return new OperationExpression(left.Position, operation, [left, new NumberExpression(start, outcome)]);
        }

        if (channel.Kind == ChannelKind.Binary)
        {
            return Operate(operation, left, Sum());
        }

        // Two channels of the same categories may be compared; a text that is no channel was meant as a category.
        return WrittenCell.TryRead(cursor, schema) is { To: null } other && schema.Channels[other.Channel].Categories.SequenceEqual(channel.Categories)
            ? new OperationExpression(left.Position, operation, [left, new CellReference(start, other)])
            : throw Unknown(start, channel);
    }

    private InputException Unknown(int start, Channel channel) =>
        cursor.ExpectedAt(start, $"{OutcomeNames.Expected(channel)}, the categories of '{channel.Name}'");

    private Expression Product()
    {
        Expression left = Unary();
        while (true)
        {
            Operation? operation = cursor.Take("*") ? Operation.Multiply : cursor.Take("/") ? Operation.Divide : null;
            if (operation is null)
            {
                return left;
            }

            left = Operate(operation.Value, left, Unary());
        }
    }

    private Expression Unary()
    {
        cursor.SkipSpaces();
        int start = cursor.Position;
        return cursor.Take("-") ? Nested(() => Operate(start, Operation.Negate, Unary()))
            : cursor.Take("+") ? Nested(() => Number(Unary()))
            : Power();
    }

    private Expression Power()
    {
        Expression left = Primary();
        return cursor.Take("^") ? Nested(() => Operate(Operation.Power, left, Unary())) : left;
    }

    private Expression Primary()
    {
        cursor.SkipSpaces();
        int start = cursor.Position;
        if (TryCall(out Expression? call))
        {
            return call!;
        }

        if (cursor.TakeNumber(out double number))
        {
            return double.IsFinite(number) ? new NumberExpression(start, number) : throw cursor.ExpectedAt(start, "a finite number");
        }

        if (cursor.Take("("))
        {
            Expression inner = Nested(Or);
            return cursor.Take(")") ? inner : throw cursor.Expected("an operator or ')'");
        }

        return new CellReference(start, WrittenCell.Read(cursor, schema, "a number, a channel, a function or '('"));
    }

    /// <summary>Reads a call, if a function's name and a parenthesis are next.</summary>
    private bool TryCall(out Expression? call)
    {
        int start = cursor.Position;
        foreach ((string name, Operation operation, int most) in Functions)
        {
            if (cursor.TakeWord(name) && cursor.Take("("))
            {
                call = Nested(() => Arguments(start, operation, most));
                return true;
            }

            cursor.Position = start;
        }

        call = null;
        return false;
    }

    private OperationExpression Arguments(int start, Operation operation, int most)
    {
        var arguments = new List<Expression>();
        do
        {
            Expression argument = Or();
            arguments.Add(most > 1 && argument is CellReference { Cell: { To: not null } range } && schema.Channels[range.Channel].Kind != ChannelKind.Categorical
                ? argument : Number(argument));
        }
        while (arguments.Count < most && cursor.Take(","));
        return cursor.Take(")") ? new OperationExpression(start, operation, arguments) : throw cursor.Expected(most > 1 ? "',' or ')'" : "')'");
    }

    private OperationExpression Operate(Operation operation, Expression left, Expression right) => new(left.Position, operation, [Number(left), Number(right)]);

    private OperationExpression Operate(int start, Operation operation, Expression operand) => new(start, operation, [Number(operand)]);

    private Expression Nested(Func<Expression> read)
    {
        if (++_nesting > DeepestNesting)
        {
            throw cursor.Expected($"at most {DeepestNesting} signs and parentheses within one another");
        }

        Expression expression = read();
        _nesting--;
        return expression;
    }
}
