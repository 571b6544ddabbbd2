using System.Globalization;
using System.Numerics;
using System.Numerics.Tensors;

namespace Pallium.Layers;

/// <summary>Blocks that run only where their weight is not zero: y = Σ r_i block_i(x) for inputs x | r; where r_i = 0, block i does not run and its state stays as it is, to the bit.</summary>
/// <remarks>
/// In the learning form the slices given to a block are brought together, so that cost follows the choice: those of all rows where the block has no state, those
/// of each row as a window of its own where it has. A block is told the elapsed time of the slices at which it runs, not of those it passed over.
/// The trace is: who runs where (see <see cref="Dispatch{T}"/>), then for every window of a block its outputs, its final state and its own trace.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class Experts<T> : CompositeLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _channels;
    private readonly int _chosen;
    private readonly double _share;

    /// <summary>Goes around blocks, named 0, 1, ...</summary>
    /// <param name="blocks">E blocks that read and write equally many channels.</param>
    /// <param name="chosen">Blocks that run at a slice, at the most; null: all.</param>
    /// <param name="share">Share of the slices at which a block is expected to run, for <see cref="Cost"/>; null: chosen of all.</param>
    /// <exception cref="ArgumentException">There are no blocks, or they do not fit one another.</exception>
    /// <exception cref="ArgumentOutOfRangeException">No block is to run, or more than there are.</exception>
    public Experts(IReadOnlyList<ISequenceLayer<T>> blocks, int? chosen = null, double? share = null)
        : base([.. blocks.Select((block, i) => (i.ToString(CultureInfo.InvariantCulture), block))])
    {
        foreach ((string name, ISequenceLayer<T> block) in Parts)
        {
            if (block.Inputs != blocks[0].Inputs || block.Outputs != blocks[0].Outputs)
            {
                throw new ArgumentException(
                    $"Found experts of different widths: 0 reads {blocks[0].Inputs} channels and writes {blocks[0].Outputs}, {name} reads {block.Inputs} and writes {block.Outputs}; expected all alike.",
                    nameof(blocks));
            }
        }

        _chosen = chosen ?? blocks.Count;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_chosen, nameof(chosen));
        ArgumentOutOfRangeException.ThrowIfGreaterThan(_chosen, blocks.Count, nameof(chosen));
        _channels = blocks[0].Inputs;
        _share = share ?? ((double)_chosen / blocks.Count);
        Inputs = _channels + blocks.Count;
        Outputs = blocks[0].Outputs;
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <summary>What a slice costs on average where blocks run equally often.</summary>
    public override LayerCost Cost
    {
        get
        {
            LayerCost all = base.Cost;
            return all with { MultiplyAdds = (long)Math.Round(_share * all.MultiplyAdds), Transcendentals = (long)Math.Round(_share * all.Transcendentals) };
        }
    }

    /// <inheritdoc/>
    public override int StepScratch(int rows) =>
        checked(SpanCarver.Room(rows * _channels) + SpanCarver.Room(rows) + SpanCarver.Room(rows * Outputs) + StepPartScratch(rows));

    /// <inheritdoc/>
    public override void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        var carver = new SpanCarver<T>(scratch);
        Span<T> x = carver.Take(rows * _channels);
        Span<T> times = carver.Take(rows);
        Span<T> y = carver.Take(rows * Outputs);
        outputs.Clear();
        for (int block = NextGiven(inputs, rows, 0); block < Parts.Count;)
        {
            int next = NextGiven(inputs, rows, block + 1);
            if (next < Parts.Count && Parts[next].Layer is StoredExpert<T> later && Parts[block].Layer is StoredExpert<T> now)
            {
                later.Announce(now);
            }

            StepBlock(block, inputs, elapsed, states, outputs, new StepRoom(x, times, y, carver.Rest));
            block = next;
        }
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode x = graph.Slice(inputs, 0, _channels);
        var kept = new List<StepNode>();
        StepNode? sum = null;
        for (int block = 0; block < Parts.Count; block++)
        {
            StepNode weight = graph.Slice(inputs, _channels + block, 1);
            (StepNode outputs, StepNode? next) = DescribePart(graph, block, x, elapsed, state);
            StepNode share = graph.Multiply(outputs, weight);
            sum = sum is null ? share : graph.Add(sum, share);
            if (next is not null)
            {
                StepNode before = graph.Slice(state!, StateOffset(block), next.Length);
                kept.Add(graph.Add(before, graph.Multiply(graph.Subtract(next, before), graph.IsNotZero(weight))));
            }
        }

        return (sum!, kept.Count == 0 ? null : graph.Concatenate([.. kept]));
    }

    /// <summary>The first block from <paramref name="block"/> on that any row is given to: of many blocks most have no stream at all.</summary>
    private int NextGiven(ReadOnlySpan<T> inputs, int rows, int block)
    {
        for (; block < Parts.Count; block++)
        {
            for (int row = 0; row < rows; row++)
            {
                if (!T.IsZero(WeightOf(inputs, row, block)))
                {
                    return block;
                }
            }
        }

        return block;
    }

    private T WeightOf(ReadOnlySpan<T> inputs, int slice, int block) => inputs[(slice * Inputs) + _channels + block];

    /// <summary>Advances one block at the rows that it is given.</summary>
    private void StepBlock(int block, ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, in StepRoom room)
    {
        ISequenceLayer<T> layer = Parts[block].Layer;
        int size = layer.StateSize;
        int offset = StateOffset(block);
        var carver = new SpanCarver<T>(room.Rest);
        Span<T> state = carver.Take(elapsed.Length * size);
        int count = 0;
        for (int row = 0; row < elapsed.Length; row++)
        {
            if (!T.IsZero(WeightOf(inputs, row, block)))
            {
                inputs.Slice(row * Inputs, _channels).CopyTo(room.Inputs[(count * _channels)..]);
                room.Elapsed[count] = elapsed[row];
                states.Slice((row * StateSize) + offset, size).CopyTo(state[(count * size)..]);
                count++;
            }
        }

        layer.Step(room.Inputs[..(count * _channels)], room.Elapsed[..count], state[..(count * size)], room.Outputs[..(count * Outputs)], carver.Rest);
        for (int row = 0, place = 0; row < elapsed.Length; row++)
        {
            T weight = WeightOf(inputs, row, block);
            if (!T.IsZero(weight))
            {
                Span<T> y = outputs.Slice(row * Outputs, Outputs);
                TensorPrimitives.FusedMultiplyAdd(room.Outputs.Slice(place * Outputs, Outputs), weight, y, y);
                state.Slice(place * size, size).CopyTo(states[((row * StateSize) + offset)..]);
                place++;
            }
        }
    }

    /// <summary>Rows that are brought together for a block's step.</summary>
    private readonly ref struct StepRoom(Span<T> inputs, Span<T> elapsed, Span<T> outputs, Span<T> rest)
    {
        public Span<T> Inputs { get; } = inputs;

        public Span<T> Elapsed { get; } = elapsed;

        public Span<T> Outputs { get; } = outputs;

        public Span<T> Rest { get; } = rest;
    }
}
