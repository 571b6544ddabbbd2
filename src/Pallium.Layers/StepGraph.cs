using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The elementary operations that one step of any layer is made of.</summary>
public enum StepOperation
{
    /// <summary>A value given from outside: input, elapsed time or state.</summary>
    Given,

    /// <summary>A parameter's values, or a constant.</summary>
    Constant,

    /// <summary>y = W x, with W constant, [out, in].</summary>
    Affine,

    /// <summary>Elements of x picked by index (slices, permutations, repeats).</summary>
    Gather,

    /// <summary>Elements of several nodes, one after another.</summary>
    Concatenate,

    /// <summary>Sums of x into slots by index: y[target[i]] += x[i].</summary>
    Scatter,

    /// <summary>a + b, elementwise; a node of length 1 is repeated.</summary>
    Add,

    /// <summary>a - b.</summary>
    Subtract,

    /// <summary>a·b.</summary>
    Multiply,

    /// <summary>a/b.</summary>
    Divide,

    /// <summary>exp x.</summary>
    Exp,

    /// <summary>1/(1 + exp(-x)).</summary>
    Sigmoid,

    /// <summary>tanh x.</summary>
    Tanh,

    /// <summary>log(1 + exp x).</summary>
    Softplus,

    /// <summary>|x|.</summary>
    Abs,

    /// <summary>√x.</summary>
    Sqrt,
}

/// <summary>One node of a <see cref="StepGraph{T}"/>: a vector of <paramref name="Length"/> numbers.</summary>
/// <param name="Id">Place in the graph; operands come first.</param>
/// <param name="Operation">How it is made.</param>
/// <param name="Operands">From what.</param>
/// <param name="Length">How many numbers it holds.</param>
public sealed record StepNode(int Id, StepOperation Operation, IReadOnlyList<StepNode> Operands, int Length)
{
    /// <summary>Indices of a gather or scatter.</summary>
    public IReadOnlyList<int> Indices { get; init; } = [];
}

/// <summary>One step of a layer as data: a straight-line program over vectors.</summary>
/// <typeparam name="T">float or double.</typeparam>
public sealed class StepGraph<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly List<StepNode> _nodes = [];
    private readonly Dictionary<int, Func<T[]>> _constants = [];

    /// <summary>The nodes, operands before their users.</summary>
    public IReadOnlyList<StepNode> Nodes => _nodes;

    /// <summary>A value that the evaluator is given.</summary>
    public StepNode Given(int length) => Node(StepOperation.Given, [], length);

    /// <summary>A parameter.</summary>
    public StepNode Constant(Parameter<T> parameter)
    {
        StepNode node = Node(StepOperation.Constant, [], parameter.Length);
        _constants[node.Id] = () => parameter.Values.ToArray();
        return node;
    }

    /// <summary>Fixed numbers.</summary>
    public StepNode Constant(params T[] values)
    {
        StepNode node = Node(StepOperation.Constant, [], values.Length);
        _constants[node.Id] = () => values;
        return node;
    }

    /// <summary>W x, W given as a constant node of length out·in.</summary>
    public StepNode Affine(StepNode weight, StepNode x) => Node(StepOperation.Affine, [weight, x], weight.Length / x.Length);

    /// <summary>x at the given indices.</summary>
    public StepNode Gather(StepNode x, params int[] indices) => Replace(Node(StepOperation.Gather, [x], indices.Length) with { Indices = indices });

    /// <summary>A run of x.</summary>
    public StepNode Slice(StepNode x, int start, int length) => Gather(x, [.. Enumerable.Range(start, length)]);

    /// <summary>y of <paramref name="length"/> zeros, then y[target[i]] += x[i] in order.</summary>
    public StepNode Scatter(StepNode x, int length, params int[] targets) => Replace(Node(StepOperation.Scatter, [x], length) with { Indices = targets });

    /// <summary>Several nodes one after another.</summary>
    public StepNode Concatenate(params StepNode[] parts) => Node(StepOperation.Concatenate, parts, parts.Sum(part => part.Length));

    /// <summary>Elementwise operation of one or two operands; length 1 is repeated.</summary>
    public StepNode Apply(StepOperation operation, params StepNode[] operands) => Node(operation, operands, operands.Max(operand => operand.Length));

    /// <summary>Runs the program in plain loops.</summary>
    /// <param name="given">Values of the given nodes, in the order of their creation.</param>
    /// <param name="wanted">Nodes whose values are returned.</param>
    public T[][] Evaluate(IReadOnlyList<T[]> given, params StepNode[] wanted)
    {
        var values = new T[_nodes.Count][];
        int next = 0;
        foreach (StepNode node in _nodes)
        {
            T[] At(int operand) => values[node.Operands[operand].Id];
            T Element(int operand, int i) => At(operand) is var x && x.Length == 1 ? x[0] : x[i];
            T[] Map(Func<int, T> element) => [.. Enumerable.Range(0, node.Length).Select(element)];
            values[node.Id] = node.Operation switch
            {
                StepOperation.Given => given[next++],
                StepOperation.Constant => _constants[node.Id](),
                StepOperation.Affine => Map(o => At(1).Select((x, i) => At(0)[(o * At(1).Length) + i] * x).Aggregate(T.Zero, (sum, x) => sum + x)),
                StepOperation.Gather => Map(i => At(0)[node.Indices[i]]),
                StepOperation.Concatenate => [.. node.Operands.SelectMany(operand => values[operand.Id])],
                StepOperation.Scatter => ScatterSum(At(0), node),
                StepOperation.Add => Map(i => Element(0, i) + Element(1, i)),
                StepOperation.Subtract => Map(i => Element(0, i) - Element(1, i)),
                StepOperation.Multiply => Map(i => Element(0, i) * Element(1, i)),
                StepOperation.Divide => Map(i => Element(0, i) / Element(1, i)),
                StepOperation.Exp => Map(i => Elementary.Exp(Element(0, i))),
                StepOperation.Sigmoid => Map(i => Elementary.Sigmoid(Element(0, i))),
                StepOperation.Tanh => Map(i => Elementary.Tanh(Element(0, i))),
                StepOperation.Softplus => Map(i => Elementary.Softplus(Element(0, i))),
                StepOperation.Abs => Map(i => T.Abs(Element(0, i))),
                StepOperation.Sqrt => Map(i => T.Sqrt(Element(0, i))),
                _ => throw new InvalidOperationException($"Operation {node.Operation} has no evaluation."),
            };
        }

        return [.. wanted.Select(node => values[node.Id])];
    }

    private static T[] ScatterSum(T[] x, StepNode node)
    {
        var y = new T[node.Length];
        for (int i = 0; i < x.Length; i++)
        {
            y[node.Indices[i]] += x[i];
        }

        return y;
    }

    private StepNode Node(StepOperation operation, IReadOnlyList<StepNode> operands, int length)
    {
        var node = new StepNode(_nodes.Count, operation, operands, length);
        _nodes.Add(node);
        return node;
    }

    private StepNode Replace(StepNode node) => _nodes[node.Id] = node;
}
