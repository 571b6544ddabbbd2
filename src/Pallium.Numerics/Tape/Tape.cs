using System.Numerics;
using System.Runtime.CompilerServices;

namespace Pallium.Numerics;

/// <summary>Reverse-mode differentiation: operations are noted as they run, and their reverse passes run in the opposite order.</summary>
/// <remarks>
/// Every value is a row-major matrix [rows, columns] in an arena. Small operations are extension methods (<see cref="TapeProducts"/>,
/// <see cref="TapeArithmetic"/>, <see cref="TapeActivations"/>, <see cref="TapeShapes"/>, <see cref="TapeReductions"/>); a fused
/// layer is one node, noted with <see cref="Add"/>. After the first step of a shape, a step (reset, forward, backward)
/// allocates nothing. Gradients come into being where something flows back, and nodes that no gradient reaches, or whose
/// inputs want none, cost nothing on the way back. One tape belongs to one thread.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Tape<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private TapeNode<T>[] _nodes = new TapeNode<T>[64];
    private Variable[] _inputs = new Variable[128];
    private int _inputCount;
    private Gradients<T>? _gradients;

    /// <summary>Where values, traces and gradients live; a fused operation takes its own from it.</summary>
    public Arena<T> Arena { get; } = new();

    /// <summary>Number of variables.</summary>
    public int Count { get; private set; }

    /// <summary>Where <see cref="Backward"/> adds the gradients of parameters.</summary>
    /// <exception cref="InvalidOperationException">No reverse pass has begun.</exception>
    public Gradients<T> ParameterGradients =>
        _gradients ?? throw new InvalidOperationException("Gradients exist from Backward to the next Reset; Backward has not been called.");

    /// <summary>Forgets everything; all variables and spans become invalid, the memory stays for the next step.</summary>
    public void Reset()
    {
        Array.Clear(_nodes, 0, Count);
        Count = 0;
        _inputCount = 0;
        _gradients = null;
        Arena.Reset();
    }

    /// <summary>A copy of <paramref name="values"/> that is not differentiated.</summary>
    public Variable Constant(ReadOnlySpan<T> values, int rows, int columns) => Leaf(values, rows, columns, false);

    /// <summary>Zeros that are not differentiated, to be written through <see cref="Value"/>.</summary>
    public Variable Constant(int rows, int columns) => Leaf(Arena.Take(checked(rows * columns)), rows, columns, false);

    /// <summary>A copy of <paramref name="values"/> whose <see cref="Gradient"/> is wanted.</summary>
    public Variable Input(ReadOnlySpan<T> values, int rows, int columns) => Leaf(values, rows, columns, true);

    /// <summary>A parameter as a variable: its values are read in place, its gradient goes to <see cref="ParameterGradients"/>.</summary>
    /// <remarks>The first axis gives the rows and the others the columns; a vector is one row.</remarks>
    public Variable Use(Parameter<T> parameter)
    {
        ArgumentNullException.ThrowIfNull(parameter);
        int rows = parameter.Shape.Count > 1 ? parameter.Shape[0] : 1;
        int columns = rows == 0 ? 0 : parameter.Length / rows;
        return Append(new TapeNode<T>
        {
            Variable = new Variable(Count),
            Rows = rows,
            Columns = columns,
            Value = new ArenaSlice(0, 0, parameter.Length),
            Parameter = parameter,
            Source = -1,
            Owner = Count,
            NeedsGradient = true,
        });
    }

    /// <summary>Notes an operation whose value the caller then writes through <see cref="Value"/>; it holds what was there before.</summary>
    /// <param name="operation">Its reverse pass.</param>
    /// <param name="inputs">The variables that it read.</param>
    /// <param name="rows">Rows of its (first) output.</param>
    /// <param name="columns">Columns of its (first) output.</param>
    /// <param name="trace">What the reverse pass needs besides.</param>
    public Variable Add(TapeOperation<T> operation, ReadOnlySpan<Variable> inputs, int rows, int columns, in TapeTrace<T> trace = default)
    {
        ArgumentNullException.ThrowIfNull(operation);
        bool needs = operation.HasParameters;
        int start = _inputCount;
        foreach (Variable input in inputs)
        {
            needs |= Node(input).NeedsGradient;
            if (_inputCount == _inputs.Length)
            {
                Array.Resize(ref _inputs, 2 * _inputCount);
            }

            _inputs[_inputCount++] = input;
        }

        return Append(new TapeNode<T>
        {
            Variable = new Variable(Count),
            Rows = rows,
            Columns = columns,
            Value = Arena.TakeDirty(checked(rows * columns)),
            Operation = operation,
            Source = -1,
            Owner = Count,
            InputStart = start,
            InputCount = inputs.Length,
            NeedsGradient = needs,
            Trace = trace,
        });
    }

    /// <summary>A further output of the operation noted last (with its earlier further outputs): see <see cref="Variable.Output"/>.</summary>
    /// <exception cref="InvalidOperationException">The last variable is no output of an operation.</exception>
    public Variable AddOutput(int rows, int columns)
    {
        int owner = Count == 0 ? -1 : _nodes[Count - 1].Owner;
        if (owner < 0 || _nodes[owner].Operation is null)
        {
            throw new InvalidOperationException("A further output follows directly the operation that makes it.");
        }

        return Append(new TapeNode<T>
        {
            Variable = new Variable(Count),
            Rows = rows,
            Columns = columns,
            Value = Arena.TakeDirty(checked(rows * columns)),
            Source = -1,
            Owner = owner,
            NeedsGradient = _nodes[owner].NeedsGradient,
        });
    }

    /// <summary>Part of <paramref name="source"/> in row-major order, under another shape: same memory, no copy.</summary>
    /// <param name="source">Whose values it shares, and whose gradient it adds to.</param>
    /// <param name="offset">Its first number.</param>
    /// <param name="rows">Its rows.</param>
    /// <param name="columns">Its columns.</param>
    /// <param name="differentiated">False: gradients stop here.</param>
    public Variable View(Variable source, int offset, int rows, int columns, bool differentiated = true)
    {
        ref readonly TapeNode<T> node = ref Node(source);
        int length = checked(rows * columns);
        if (offset < 0 || length < 0 || offset > node.Value.Length - length)
        {
            throw new ArgumentOutOfRangeException(nameof(offset), $"A view of [{rows}, {columns}] from {offset} on does not fit in [{node.Rows}, {node.Columns}].");
        }

        bool isView = node.Source >= 0;
        return Append(new TapeNode<T>
        {
            Variable = new Variable(Count),
            Rows = rows,
            Columns = columns,
            Value = new ArenaSlice(node.Value.Block, node.Value.Offset + offset, length),
            Parameter = node.Parameter,
            Source = isView ? node.Source : source.Id,
            Offset = isView ? node.Offset + offset : offset,
            Owner = Count,
            NeedsGradient = node.NeedsGradient && differentiated,
        });
    }

    /// <summary>[rows, columns] of <paramref name="variable"/>.</summary>
    public (int Rows, int Columns) Shape(Variable variable) => (Node(variable).Rows, Node(variable).Columns);

    /// <summary>The numbers of <paramref name="variable"/>, row-major.</summary>
    public Span<T> Value(Variable variable)
    {
        ref readonly TapeNode<T> node = ref Node(variable);
        return node.Parameter is null ? Arena[node.Value] : node.Parameter.Values.Slice(node.Value.Offset, node.Value.Length);
    }

    /// <summary>The inputs that <see cref="Add"/> was given.</summary>
    public ReadOnlySpan<Variable> Inputs(in TapeNode<T> node) => _inputs.AsSpan(node.InputStart, node.InputCount);

    /// <summary>Whether a gradient of <paramref name="variable"/> is of use to anybody.</summary>
    public bool Wants(Variable variable) => Node(variable).NeedsGradient;

    /// <summary>d loss / d <paramref name="variable"/>: complete once <see cref="Backward"/> has returned, added to while it runs; zero where nothing flowed back.</summary>
    /// <exception cref="InvalidOperationException">No reverse pass has begun, or the variable wants no gradient.</exception>
    public Span<T> Gradient(Variable variable)
    {
        ref TapeNode<T> node = ref Node(variable);
        if (!node.NeedsGradient)
        {
            throw new InvalidOperationException($"Variable {variable.Id} depends on nothing that is differentiated: ask Wants before Gradient.");
        }

        if (node.Source >= 0)
        {
            return Gradient(new Variable(node.Source)).Slice(node.Offset, node.Value.Length);
        }

        Gradients<T> parameters = ParameterGradients;
        if (node.Parameter is not null)
        {
            return parameters[node.Parameter];
        }

        _nodes[node.Owner].Reached = true;
        node.Gradient ??= Arena.Take(node.Value.Length);
        return Arena[node.Gradient.Value];
    }

    /// <summary>As <see cref="Gradient"/>, but empty where none is wanted: what a fused operation adds its inputs' gradients to.</summary>
    public Span<T> WantedGradient(Variable variable) => Wants(variable) ? Gradient(variable) : [];

    /// <summary>As <see cref="Gradient"/>, but empty where nothing flowed back: what a fused operation reads of its outputs.</summary>
    public ReadOnlySpan<T> ReachedGradient(Variable variable) => Node(variable).Gradient is ArenaSlice gradient ? Arena[gradient] : [];

    /// <summary>Differentiates <paramref name="loss"/>, [1, 1], by everything it was made from.</summary>
    /// <param name="loss">A single number.</param>
    /// <param name="into">Receives (is added) the gradients of parameters.</param>
    /// <exception cref="ArgumentException">The loss is not one number.</exception>
    /// <exception cref="InvalidOperationException">The tape was differentiated before and not reset.</exception>
    public void Backward(Variable loss, Gradients<T> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        ref readonly TapeNode<T> last = ref Node(loss);
        if (last.Rows != 1 || last.Columns != 1)
        {
            throw new ArgumentException($"A loss is one number, [1, 1]; this one is [{last.Rows}, {last.Columns}]. Take its Sum or Mean.", nameof(loss));
        }

        if (_gradients is not null)
        {
            throw new InvalidOperationException("This tape was differentiated already; add the losses and call Backward once, or Reset first.");
        }

        _gradients = into;
        if (!last.NeedsGradient)
        {
            return;
        }

        Gradient(loss)[0] += T.One;
        for (int id = loss.Id; id >= 0; id--)
        {
            ref readonly TapeNode<T> node = ref _nodes[id];
            if (node.Reached && node.Operation is not null)
            {
                node.Operation.Backward(this, node);
            }
        }
    }

    /// <summary>Refuses values that are not finite.</summary>
    /// <param name="variable">Whose values are looked at.</param>
    /// <param name="name">What it is, for the error: a layer, a loss.</param>
    /// <param name="rowsPerStep">B of a time-major [T, B, ·]; 0: rows are not steps.</param>
    /// <exception cref="DivergenceException">A number is NaN or infinite.</exception>
    public void CheckFinite(Variable variable, string name, int rowsPerStep = 0) =>
        DivergenceException.ThrowIfNotFinite<T>(Value(variable), name, Node(variable).Columns, rowsPerStep);

    private Variable Leaf(ReadOnlySpan<T> values, int rows, int columns, bool needsGradient)
    {
        if (values.Length != checked(rows * columns))
        {
            throw new ArgumentException($"A matrix [{rows}, {columns}] needs {rows * columns} numbers; {values.Length} were given.", nameof(values));
        }

        ArenaSlice slice = Arena.TakeDirty(values.Length);
        values.CopyTo(Arena[slice]);
        return Leaf(slice, rows, columns, needsGradient);
    }

    private Variable Leaf(ArenaSlice value, int rows, int columns, bool needsGradient) => Append(new TapeNode<T>
    {
        Variable = new Variable(Count),
        Rows = rows,
        Columns = columns,
        Value = value,
        Source = -1,
        Owner = Count,
        NeedsGradient = needsGradient,
    });

    private Variable Append(in TapeNode<T> node)
    {
        if (Count == _nodes.Length)
        {
            Array.Resize(ref _nodes, 2 * Count);
        }

        _nodes[Count] = node;
        return new Variable(Count++);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref TapeNode<T> Node(Variable variable)
    {
        if ((uint)variable.Id >= (uint)Count)
        {
            throw new ArgumentOutOfRangeException(nameof(variable), variable.Id, $"The tape holds {Count} variables; was it reset since this one was made?");
        }

        return ref _nodes[variable.Id];
    }
}
