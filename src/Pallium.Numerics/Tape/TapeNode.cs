using System.Numerics;

namespace Pallium.Numerics;

/// <summary>What a node keeps from its forward to its reverse pass, besides its inputs and its value.</summary>
/// <typeparam name="T">float or double.</typeparam>
public readonly record struct TapeTrace<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Numbers kept in the tape's arena, such as a layer's trace.</summary>
    public ArenaSlice Kept { get; init; }

    /// <summary>Further numbers in the arena: scratch, or a second trace.</summary>
    public ArenaSlice Scratch { get; init; }

    /// <summary>A small integer of the operation's own, such as the number of steps.</summary>
    public int First { get; init; }

    /// <summary>A second small integer, such as the number of rows.</summary>
    public int Second { get; init; }

    /// <summary>A third small integer.</summary>
    public int Third { get; init; }

    /// <summary>The random stream that the operation drew from.</summary>
    public Rng? Noise { get; init; }

    /// <summary>A number of the operation's own.</summary>
    public T Factor { get; init; }
}

/// <summary>One entry of a <see cref="Tape{T}"/>: a matrix, and how it was made.</summary>
/// <typeparam name="T">float or double.</typeparam>
public struct TapeNode<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>The variable that this node defines.</summary>
    public Variable Variable { get; internal init; }

    /// <summary>Rows of the value.</summary>
    public int Rows { get; internal init; }

    /// <summary>Columns of the value.</summary>
    public int Columns { get; internal init; }

    /// <summary>What the operation kept for its reverse pass.</summary>
    public TapeTrace<T> Trace { get; internal init; }

    /// <summary>Made by; null for leaves, views, and further outputs.</summary>
    internal TapeOperation<T>? Operation { get; init; }

    /// <summary>Where the value lies; in <see cref="Parameter"/> where that is not null, else in the arena.</summary>
    internal ArenaSlice Value { get; init; }

    internal Parameter<T>? Parameter { get; init; }

    /// <summary>A view's gradient is part of the gradient of this variable, from <see cref="Offset"/> on; -1: not a view.</summary>
    internal int Source { get; init; }

    internal int Offset { get; init; }

    /// <summary>A further output belongs to the node with this id; a first output to itself.</summary>
    internal int Owner { get; init; }

    internal int InputStart { get; init; }

    internal int InputCount { get; init; }

    internal bool NeedsGradient { get; init; }

    /// <summary>The gradient, from the moment that something flows back.</summary>
    internal ArenaSlice? Gradient { get; set; }

    /// <summary>Whether something flowed back to any output of the node.</summary>
    internal bool Reached { get; set; }
}
