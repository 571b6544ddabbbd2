using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>An expression as a flat program for a stack of numbers: evaluating it allocates nothing.</summary>
/// <remarks>
/// True is 1, false 0; what is not zero counts as true. A comparison with NaN is false. Comparisons are about recorded values, as clamps are: below
/// them cells are rounded to the grid of their channel, on which what is above zero is recorded as more than zero.
/// </remarks>
internal sealed class CellProgram
{
    private readonly IReadOnlyList<Channel> _channels;
    private readonly Func<WrittenCell, IReadOnlyList<CellAddress>> _resolve;
    private readonly List<Instruction> _instructions = [];
    private readonly List<CellAddress> _cells = [];
    private readonly Dictionary<CellAddress, int> _places = [];
    private Instruction[] _program = [];
    private int _depth;
    private int _deepest;

    private CellProgram(IReadOnlyList<Channel> channels, Func<WrittenCell, IReadOnlyList<CellAddress>> resolve)
    {
        _channels = channels;
        _resolve = resolve;
    }

    private enum Kind
    {
        Constant,
        Cell,
        Recorded,
        Operation,
    }

    /// <summary>Translates an expression.</summary>
    /// <param name="expression">What to evaluate.</param>
    /// <param name="text">How it is written.</param>
    /// <param name="channels">What its cells are cells of.</param>
    /// <param name="resolve">Where its cells stand.</param>
    public static CellFunction Compile(
        Expression expression, string text, IReadOnlyList<Channel> channels, Func<WrittenCell, IReadOnlyList<CellAddress>> resolve)
    {
        var program = new CellProgram(channels, resolve);
        program.Emit(expression, recorded: false);
        program._program = [.. program._instructions];
        return new CellFunction(text, program._cells, program.Evaluate);
    }

    private void Emit(Expression expression, bool recorded)
    {
        switch (expression)
        {
            case NumberExpression number:
                Push(new Instruction(Kind.Constant, default, 0, number.Value));
                break;
            case CellReference reference:
                Push(_resolve(reference.Cell)[0], recorded);
                break;
            case OperationExpression operation:
                Emit(operation, recorded || IsComparison(operation.Operation));
                break;
        }
    }

    /// <summary>An operation of one or two operands; min and max of more are folded as their operands come.</summary>
    private void Emit(OperationExpression operation, bool recorded)
    {
        if (operation.Operation is not (Operation.Min or Operation.Max))
        {
            foreach (Expression operand in operation.Operands)
            {
                Emit(operand, recorded);
            }

            Apply(operation.Operation);
            return;
        }

        int start = _depth;
        foreach (Expression operand in operation.Operands)
        {
            IReadOnlyList<CellAddress> cells = operand is CellReference reference ? _resolve(reference.Cell) : [];
            for (int i = 0; i < Math.Max(1, cells.Count); i++)
            {
                if (cells.Count > 0)
                {
                    Push(cells[i], recorded);
                }
                else
                {
                    Emit(operand, recorded);
                }

                if (_depth > start + 1)
                {
                    Apply(operation.Operation);
                }
            }
        }
    }

    private void Push(CellAddress cell, bool recorded) =>
        Push(new Instruction(recorded && _channels[cell.Channel].IsNumeric ? Kind.Recorded : Kind.Cell, default, Place(cell), 0));

    private void Push(Instruction instruction)
    {
        _instructions.Add(instruction);
        _deepest = Math.Max(_deepest, ++_depth);
    }

    private void Apply(Operation operation)
    {
        _instructions.Add(new(Kind.Operation, operation, 0, 0));
        _depth -= IsUnary(operation) ? 0 : 1;
    }

    private int Place(CellAddress cell)
    {
        if (!_places.TryGetValue(cell, out int place))
        {
            place = _cells.Count;
            _places.Add(cell, place);
            _cells.Add(cell);
        }

        return place;
    }

    private double Evaluate(ReadOnlySpan<double> values)
    {
        // Some hundreds at most: nesting is bounded by the parser.
        Span<double> stack = stackalloc double[_deepest];
        int top = -1;
        foreach (Instruction instruction in _program)
        {
            if (instruction.Kind != Kind.Operation)
            {
                stack[++top] = instruction.Kind switch
                {
                    Kind.Constant => instruction.Constant,
                    Kind.Cell => values[instruction.Cell],
                    _ => Recorded(_channels[_cells[instruction.Cell].Channel], values[instruction.Cell]),
                };
            }
            else if (IsUnary(instruction.Operation))
            {
                stack[top] = Unary(instruction.Operation, stack[top]);
            }
            else
            {
                top--;
                stack[top] = Binary(instruction.Operation, stack[top], stack[top + 1]);
            }
        }

        return stack[0];
    }

    private static double Recorded(Channel channel, double value)
    {
        double rounded = channel.Round(value);
        return rounded == 0 && value > 0 && channel.Kind == ChannelKind.Positive ? channel.Resolution : rounded;
    }

    private static bool IsComparison(Operation operation) => operation is >= Operation.Less and <= Operation.NotEqual;

    private static bool IsUnary(Operation operation) =>
        operation is Operation.Negate or Operation.Not or Operation.Abs or Operation.Exp or Operation.Log or Operation.Sqrt or Operation.Tanh;

    private static double Unary(Operation operation, double a) => operation switch
    {
        Operation.Negate => -a,
        Operation.Not => Truth(a == 0),
        Operation.Abs => Math.Abs(a),
        Operation.Exp => Elementary.Exp(a),
        Operation.Log => Elementary.Log(a),
        Operation.Sqrt => Math.Sqrt(a),
        _ => Elementary.Tanh(a),
    };

    private static double Binary(Operation operation, double a, double b) => operation switch
    {
        Operation.Add => a + b,
        Operation.Subtract => a - b,
        Operation.Multiply => a * b,
        Operation.Divide => a / b,
        Operation.Power => Elementary.Pow(a, b),
        Operation.Less => Truth(a < b),
        Operation.LessOrEqual => Truth(a <= b),
        Operation.Greater => Truth(a > b),
        Operation.GreaterOrEqual => Truth(a >= b),
        Operation.Equal => Truth(a == b),
        Operation.NotEqual => Truth(a != b),
        Operation.And => Truth(a != 0 && b != 0),
        Operation.Or => Truth(a != 0 || b != 0),
        Operation.Min => Math.Min(a, b),
        _ => Math.Max(a, b),
    };

    private static double Truth(bool holds) => holds ? 1 : 0;

    private readonly record struct Instruction(Kind Kind, Operation Operation, int Cell, double Constant);
}
