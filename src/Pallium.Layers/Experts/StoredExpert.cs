using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>An expert whose weights stay in a file: a step takes a block that holds them from a pool, and gives it back.</summary>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class StoredExpert<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const string AnswersOnly = "Found experts that stay in their file, which answer and do not learn; expected a model that was opened as a whole.";
    private readonly ExpertPool<T> _pool;
    private readonly int _index;

    /// <summary>An expert of a pool.</summary>
    public StoredExpert(ExpertPool<T> pool, int index)
    {
        _pool = pool;
        _index = index;
    }

    /// <inheritdoc/>
    public int Inputs => _pool.Prototype.Inputs;

    /// <inheritdoc/>
    public int Outputs => _pool.Prototype.Outputs;

    /// <inheritdoc/>
    public int StateSize => _pool.Prototype.StateSize;

    /// <summary>A mark without numbers, by which the store learns this expert's name in the stack; once that is known, nothing.</summary>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => IsBound ? [] : [("", Mark)];

    /// <inheritdoc/>
    public LayerCost Cost => _pool.Prototype.Cost;

    /// <inheritdoc/>
    public IReadOnlyList<string> AuxiliaryLosses => _pool.Prototype.AuxiliaryLosses;

    /// <summary>Stands for its parameters.</summary>
    internal Parameter<T> Mark { get; } = new(0);

    /// <summary>Whether its weights were found.</summary>
    internal bool IsBound { get; set; }

    /// <inheritdoc/>
    public void Initialize(Rng rng) => throw new NotSupportedException(AnswersOnly);

    /// <summary>Nothing: blocks are refreshed when they are filled.</summary>
    public void Refresh()
    {
    }

    /// <inheritdoc/>
    public void ConstrainStart(Span<T> start) => _pool.Prototype.ConstrainStart(start);

    /// <inheritdoc/>
    public int StepScratch(int rows) => _pool.Prototype.StepScratch(rows);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        ExpertPool<T>.Slot slot = _pool.Take(_index);
        try
        {
            slot.Layer!.Step(inputs, elapsed, states, outputs, scratch);
        }
        finally
        {
            _pool.GiveBack(slot);
        }
    }

    /// <summary>Says that this expert will step next, after <paramref name="before"/>.</summary>
    public void Announce(StoredExpert<T> before) => _pool.Announce(_index, before._pool == _pool ? before._index : -1);

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => throw new NotSupportedException(AnswersOnly);

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows) => throw new NotSupportedException(AnswersOnly);

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass) => throw new NotSupportedException(AnswersOnly);

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients) => throw new NotSupportedException(AnswersOnly);

    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state) => throw new NotSupportedException(AnswersOnly);
}
