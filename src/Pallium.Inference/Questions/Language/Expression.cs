namespace Pallium.Inference;

/// <summary>What an expression does with its operands.</summary>
internal enum Operation
{
    Negate,
    Add,
    Subtract,
    Multiply,
    Divide,
    Power,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Equal,
    NotEqual,
    And,
    Or,
    Not,
    Abs,
    Min,
    Max,
    Exp,
    Log,
    Sqrt,
    Tanh,
}

/// <summary>An expression as it was written: a number, a cell, or an operation on others.</summary>
/// <param name="Position">Where it begins in its text, from 0.</param>
internal abstract record Expression(int Position)
{
    /// <summary>The cells that it reads, in the order they are written.</summary>
    public abstract IEnumerable<WrittenCell> Cells { get; }
}

/// <summary>A number, or the index of a category.</summary>
internal sealed record NumberExpression(int Position, double Value) : Expression(Position)
{
    public override IEnumerable<WrittenCell> Cells => [];
}

/// <summary>A cell, or the cells of several slices.</summary>
internal sealed record CellReference(int Position, WrittenCell Cell) : Expression(Position)
{
    public override IEnumerable<WrittenCell> Cells => [Cell];
}

/// <summary>An operation.</summary>
internal sealed record OperationExpression(int Position, Operation Operation, IReadOnlyList<Expression> Operands) : Expression(Position)
{
    public override IEnumerable<WrittenCell> Cells => Operands.SelectMany(operand => operand.Cells);
}
