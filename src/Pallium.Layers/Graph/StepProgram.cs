using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A <see cref="StepGraph{T}"/> made ready to run, one slice of one stream at a time, and to be differentiated.</summary>
/// <remarks>
/// The values of all nodes lie side by side in a span that the caller gives; constants lie in the program. The reverse is
/// that of every operation, last to first. Nothing is allocated when it runs.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class StepProgram<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly StepNode[] _nodes;
    private readonly StepNode[] _given;
    private readonly StepNode _outputs;
    private readonly StepNode? _state;
    private readonly Parameter<T>?[] _parameters;
    private readonly int[][] _indices;
    private readonly int[] _offsets;
    private readonly T[] _constants;
    private readonly StepGraph<T> _graph;

    /// <summary>Compiles a layer's step: x, dt and, if there is one, the state, given in this order.</summary>
    /// <param name="graph">The operations.</param>
    /// <param name="outputs">Node of y.</param>
    /// <param name="state">Node of the next state.</param>
    public StepProgram(StepGraph<T> graph, StepNode outputs, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        _graph = graph;
        _nodes = [.. graph.Nodes];
        _given = [.. _nodes.Where(node => node.Operation == StepOperation.Given)];
        (_outputs, _state) = (outputs, state);
        _parameters = [.. _nodes.Select(graph.ParameterOf)];
        _indices = [.. _nodes.Select(node => node.Indices.ToArray())];
        _offsets = new int[_nodes.Length];
        int constants = 0;
        foreach (StepNode node in _nodes)
        {
            if (node.Operation == StepOperation.Constant)
            {
                _offsets[node.Id] = constants;
                constants = checked(constants + node.Length);
            }
            else
            {
                _offsets[node.Id] = Size;
                Size = checked(Size + node.Length);
            }
        }

        _constants = new T[constants];
        Refresh();
    }

    /// <summary>Numbers that the nodes of one slice hold.</summary>
    public int Size { get; }

    /// <summary>What a slice costs.</summary>
    internal (long MultiplyAdds, long Transcendentals) Cost => (
        _nodes.Sum(node => node.Operation switch
        {
            StepOperation.Affine => (long)node.Operands[0].Length,
            StepOperation.Add or StepOperation.Subtract or StepOperation.Multiply or StepOperation.Scatter => node.Length,
            _ => 0,
        }),
        _nodes.Sum(node => node.Operation is >= StepOperation.Divide and <= StepOperation.Sqrt and not StepOperation.Abs ? (long)node.Length : 0));

    /// <summary>Takes the parameters' present values.</summary>
    public void Refresh()
    {
        foreach (StepNode node in _nodes.Where(node => node.Operation == StepOperation.Constant))
        {
            _graph.ValuesOf(node).CopyTo(_constants.AsSpan(_offsets[node.Id]));
        }
    }

    /// <summary>Runs one slice.</summary>
    /// <param name="inputs">x.</param>
    /// <param name="elapsed">dt.</param>
    /// <param name="state">State before the step; empty for a program without one.</param>
    /// <param name="values">All nodes, <see cref="Size"/> numbers, overwritten.</param>
    public void Run(ReadOnlySpan<T> inputs, T elapsed, ReadOnlySpan<T> state, Span<T> values)
    {
        inputs.CopyTo(Place(_given[0], values));
        Place(_given[1], values)[0] = elapsed;
        if (_given.Length > 2)
        {
            state.CopyTo(Place(_given[2], values));
        }

        foreach (StepNode node in _nodes)
        {
            if (node.Operation is not (StepOperation.Given or StepOperation.Constant))
            {
                Compute(node, values, Place(node, values));
            }
        }
    }

    /// <summary>y after <see cref="Run"/>.</summary>
    public ReadOnlySpan<T> Outputs(Span<T> values) => Value(_outputs, values);

    /// <summary>The state after <see cref="Run"/>; empty for a program without one.</summary>
    public ReadOnlySpan<T> State(Span<T> values) => _state is null ? [] : Value(_state, values);

    /// <summary>Reverse of <see cref="Run"/>; adds to everything it writes but <paramref name="adjoints"/>.</summary>
    /// <param name="values">All nodes.</param>
    /// <param name="adjoints">Room for d loss / d node, <see cref="Size"/> numbers, overwritten.</param>
    /// <param name="dOutputs">d loss / d y.</param>
    /// <param name="dState">On entry d loss / d next state; on return d loss / d state.</param>
    /// <param name="dInputs">d loss / d x; empty: not wanted.</param>
    /// <param name="dElapsed">d loss / d dt, one number; empty: not wanted.</param>
    /// <param name="gradients">Of the parameters.</param>
    public void RunBackward(
        Span<T> values, Span<T> adjoints, ReadOnlySpan<T> dOutputs, Span<T> dState, Span<T> dInputs, Span<T> dElapsed, Gradients<T> gradients)
    {
        adjoints = adjoints[..Size];
        adjoints.Clear();
        AddTo(Adjoint(_outputs, adjoints, gradients), dOutputs);
        if (_state is not null)
        {
            AddTo(Adjoint(_state, adjoints, gradients), dState);
        }

        for (int i = _nodes.Length - 1; i >= 0; i--)
        {
            StepNode node = _nodes[i];
            if (node.Operation is not (StepOperation.Given or StepOperation.Constant))
            {
                Reverse(node, values, adjoints, gradients);
            }
        }

        AddTo(dInputs, Place(_given[0], adjoints));
        AddTo(dElapsed, Place(_given[1], adjoints));
        if (_given.Length > 2)
        {
            Place(_given[2], adjoints).CopyTo(dState);
        }
    }

    private static void AddTo(Span<T> target, ReadOnlySpan<T> x)
    {
        if (!target.IsEmpty)
        {
            TensorPrimitives.Add(target, x, target);
        }
    }

    private Span<T> Place(StepNode node, Span<T> values) => values.Slice(_offsets[node.Id], node.Length);

    private ReadOnlySpan<T> Value(StepNode node, Span<T> values) =>
        node.Operation == StepOperation.Constant ? _constants.AsSpan(_offsets[node.Id], node.Length) : Place(node, values);

    /// <summary>Where the gradient of a node is summed; empty for fixed numbers.</summary>
    private Span<T> Adjoint(StepNode node, Span<T> adjoints, Gradients<T> gradients) =>
        node.Operation != StepOperation.Constant ? Place(node, adjoints)
        : _parameters[node.Id] is { } parameter ? gradients[parameter]
        : [];

    private void Compute(StepNode node, Span<T> values, Span<T> y)
    {
        ReadOnlySpan<T> a = Value(node.Operands[0], values);
        ReadOnlySpan<T> b = node.Operands.Count > 1 ? Value(node.Operands[1], values) : [];
        switch (node.Operation)
        {
            case StepOperation.Affine:
                for (int o = 0; o < y.Length; o++)
                {
                    y[o] = Reduction.Dot(a.Slice(o * b.Length, b.Length), b);
                }

                break;
            case StepOperation.Gather:
                int[] sources = _indices[node.Id];
                for (int i = 0; i < y.Length; i++)
                {
                    y[i] = a[sources[i]];
                }

                break;
            case StepOperation.Scatter:
                int[] targets = _indices[node.Id];
                y.Clear();
                for (int i = 0; i < a.Length; i++)
                {
                    y[targets[i]] += a[i];
                }

                break;
            case StepOperation.Concatenate:
                for (int i = 0; i < node.Operands.Count; i++)
                {
                    ReadOnlySpan<T> part = Value(node.Operands[i], values);
                    part.CopyTo(y);
                    y = y[part.Length..];
                }

                break;
            case StepOperation.Largest:
                Choice.MarkLargest(a, _indices[node.Id][0], y);
                break;
            default:
                StepArithmetic.Apply(node.Operation, a, b, y);
                break;
        }
    }

    private void Reverse(StepNode node, Span<T> values, Span<T> adjoints, Gradients<T> gradients)
    {
        ReadOnlySpan<T> a = Value(node.Operands[0], values);
        ReadOnlySpan<T> b = node.Operands.Count > 1 ? Value(node.Operands[1], values) : [];
        Span<T> da = Adjoint(node.Operands[0], adjoints, gradients);
        Span<T> db = node.Operands.Count > 1 ? Adjoint(node.Operands[1], adjoints, gradients) : [];
        ReadOnlySpan<T> dy = Place(node, adjoints);
        switch (node.Operation)
        {
            case StepOperation.Affine:
                ReverseAffine(a, b, dy, da, db);
                break;
            case StepOperation.Gather when !da.IsEmpty:
                int[] sources = _indices[node.Id];
                for (int i = 0; i < dy.Length; i++)
                {
                    da[sources[i]] += dy[i];
                }

                break;
            case StepOperation.Scatter when !da.IsEmpty:
                int[] targets = _indices[node.Id];
                for (int i = 0; i < da.Length; i++)
                {
                    da[i] += dy[targets[i]];
                }

                break;
            case StepOperation.Gather or StepOperation.Scatter or StepOperation.IsNotZero or StepOperation.Largest:
                break;
            case StepOperation.Concatenate:
                for (int i = 0; i < node.Operands.Count; i++)
                {
                    int length = node.Operands[i].Length;
                    AddTo(Adjoint(node.Operands[i], adjoints, gradients), dy[..length]);
                    dy = dy[length..];
                }

                break;
            default:
                StepArithmetic.Reverse(node.Operation, a, b, Place(node, values), dy, da, db);
                break;
        }
    }

    private static void ReverseAffine(ReadOnlySpan<T> weight, ReadOnlySpan<T> x, ReadOnlySpan<T> dy, Span<T> dWeight, Span<T> dx)
    {
        for (int o = 0; o < dy.Length; o++)
        {
            if (!dWeight.IsEmpty)
            {
                Span<T> row = dWeight.Slice(o * x.Length, x.Length);
                TensorPrimitives.FusedMultiplyAdd(x, dy[o], row, row);
            }

            if (!dx.IsEmpty)
            {
                TensorPrimitives.FusedMultiplyAdd(weight.Slice(o * x.Length, x.Length), dy[o], dx, dx);
            }
        }
    }
}
