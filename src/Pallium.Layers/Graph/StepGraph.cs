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

    /// <summary>log x, natural.</summary>
    Log,

    /// <summary>|x|.</summary>
    Abs,

    /// <summary>√x.</summary>
    Sqrt,

    /// <summary>1 where x is not zero, else 0; without a gradient.</summary>
    IsNotZero,

    /// <summary>1 for the k largest of x, equal ones in order, else 0, k being the index; without a gradient.</summary>
    Largest,
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
    private readonly Dictionary<int, Parameter<T>> _parameters = [];
    private readonly Dictionary<int, T[]> _numbers = [];

    /// <summary>The nodes, operands before their users.</summary>
    public IReadOnlyList<StepNode> Nodes => _nodes;

    /// <summary>A value that the evaluator is given.</summary>
    public StepNode Given(int length) => Node(StepOperation.Given, [], length);

    /// <summary>A parameter.</summary>
    public StepNode Constant(Parameter<T> parameter)
    {
        StepNode node = Node(StepOperation.Constant, [], parameter.Length);
        _parameters[node.Id] = parameter;
        return node;
    }

    /// <summary>Fixed numbers.</summary>
    public StepNode Constant(params T[] values)
    {
        StepNode node = Node(StepOperation.Constant, [], values.Length);
        _numbers[node.Id] = values;
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

    /// <summary>a + b.</summary>
    public StepNode Add(StepNode a, StepNode b) => Apply(StepOperation.Add, a, b);

    /// <summary>a - b.</summary>
    public StepNode Subtract(StepNode a, StepNode b) => Apply(StepOperation.Subtract, a, b);

    /// <summary>a·b.</summary>
    public StepNode Multiply(StepNode a, StepNode b) => Apply(StepOperation.Multiply, a, b);

    /// <summary>a/b.</summary>
    public StepNode Divide(StepNode a, StepNode b) => Apply(StepOperation.Divide, a, b);

    /// <summary>exp x.</summary>
    public StepNode Exp(StepNode x) => Apply(StepOperation.Exp, x);

    /// <summary>1/(1 + exp(-x)).</summary>
    public StepNode Sigmoid(StepNode x) => Apply(StepOperation.Sigmoid, x);

    /// <summary>tanh x.</summary>
    public StepNode Tanh(StepNode x) => Apply(StepOperation.Tanh, x);

    /// <summary>log(1 + exp x).</summary>
    public StepNode Softplus(StepNode x) => Apply(StepOperation.Softplus, x);

    /// <summary>log x, natural; x is positive.</summary>
    public StepNode Log(StepNode x) => Apply(StepOperation.Log, x);

    /// <summary>max(a, b), as (a + b + |a - b|)/2.</summary>
    public StepNode Max(StepNode a, StepNode b) =>
        Multiply(Add(Add(a, b), Apply(StepOperation.Abs, Subtract(a, b))), Constant(T.CreateChecked(0.5)));

    /// <summary>1 where x is not zero, else 0.</summary>
    public StepNode IsNotZero(StepNode x) => Apply(StepOperation.IsNotZero, x);

    /// <summary>1 for the <paramref name="count"/> largest of x, equal ones in order, else 0.</summary>
    public StepNode Largest(StepNode x, int count) => Replace(Node(StepOperation.Largest, [x], x.Length) with { Indices = [count] });

    /// <summary>The parameter of a constant node; null if its numbers are fixed.</summary>
    internal Parameter<T>? ParameterOf(StepNode node) => _parameters.GetValueOrDefault(node.Id);

    /// <summary>The present values of a constant node.</summary>
    internal ReadOnlySpan<T> ValuesOf(StepNode node) => ParameterOf(node) is { } parameter ? parameter.Values : _numbers[node.Id];

    private StepNode Node(StepOperation operation, IReadOnlyList<StepNode> operands, int length)
    {
        var node = new StepNode(_nodes.Count, operation, operands, length);
        _nodes.Add(node);
        return node;
    }

    private StepNode Replace(StepNode node) => _nodes[node.Id] = node;
}
