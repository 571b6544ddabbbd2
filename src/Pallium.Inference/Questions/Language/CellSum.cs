namespace Pallium.Inference;

/// <summary>Σ coefficient · cell + constant, read off an expression.</summary>
/// <param name="Terms">Cells as they were written; the same one may occur twice.</param>
/// <param name="Constant">The constant.</param>
internal sealed record CellSum(IReadOnlyList<(WrittenCell Cell, double Coefficient)> Terms, double Constant)
{
    /// <summary>The linear form of an expression.</summary>
    /// <exception cref="InputException">It is not linear.</exception>
    public static CellSum Of(Expression expression, TextCursor cursor)
    {
        if (!expression.Cells.Any())
        {
            double constant = CellProgram.Compile(expression, "", [], _ => []).Evaluate([]);
            return Cell.IsUsable(constant) ? new CellSum([], constant) : throw cursor.ExpectedAt(expression.Position, "a number of at most 1e100 in size");
        }

        if (expression is CellReference { Cell: var cell })
        {
            return new CellSum([(cell, 1)], 0);
        }

        var operation = (OperationExpression)expression;
        Expression first = operation.Operands[0];
        Expression last = operation.Operands[^1];
        return operation.Operation switch
        {
            Operation.Negate => Of(first, cursor).Times(-1),
            Operation.Add => Of(first, cursor).Plus(Of(last, cursor)),
            Operation.Subtract => Of(first, cursor).Plus(Of(last, cursor).Times(-1)),
            Operation.Multiply when !first.Cells.Any() => Of(last, cursor).Times(Of(first, cursor).Constant),
            Operation.Multiply when !last.Cells.Any() => Of(first, cursor).Times(Of(last, cursor).Constant),
            Operation.Divide when !last.Cells.Any() => Of(first, cursor).Times(1 / Of(last, cursor).Constant),
            _ => throw cursor.ExpectedAt(expression.Position, "a linear relation: sums of cells and of numbers times cells"),
        };
    }

    /// <summary>The sum of two.</summary>
    public CellSum Plus(CellSum other) => new([.. Terms, .. other.Terms], Constant + other.Constant);

    /// <summary>A multiple.</summary>
    public CellSum Times(double factor) => new([.. Terms.Select(term => (term.Cell, factor * term.Coefficient))], factor * Constant);
}
