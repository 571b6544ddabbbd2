using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What <see cref="WindowChunks{T}"/> is made from.</summary>
/// <param name="Slices">Slices of a chunk, from the window's start; the last one may be shorter.</param>
public sealed record WindowChunksOptions(int Slices)
{
    /// <summary>Whether the reverse pass computes a chunk's trace again, instead of keeping those of all chunks: less memory, more time, the same bits.</summary>
    public bool Recomputes { get; init; } = true;
}

/// <summary>A block whose learning form runs chunk by chunk through the window, the state carried over, so that its memory does not grow with the window.</summary>
/// <remarks>
/// The trace holds the states at the edges of the chunks, and the traces of all chunks or, where they are computed again, of
/// none. Edges are fixed by shape. The streaming form is the block's own. Source: gradient checkpointing, Chen et al., 2016
/// (arXiv 1604.06174).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class WindowChunks<T> : EnclosingLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _slices;
    private readonly bool _recomputes;

    /// <summary>Goes around a block.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A chunk has no slices.</exception>
    public WindowChunks(ISequenceLayer<T> block, WindowChunksOptions options)
        : base(block)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Slices);
        (_slices, _recomputes) = (options.Slices, options.Recomputes);
    }

    /// <inheritdoc/>
    public override int TraceSize(int steps, int rows) =>
        checked(StatesRoom(rows) + (Chunks(steps) * (StatesRoom(rows) + (_recomputes ? 0 : BlockRoom(steps, rows)))));

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => checked(
        (2 * StatesRoom(rows)) + SpanCarver.Room(AuxiliaryLosses.Count) + (_recomputes ? BlockRoom(steps, rows) : 0)
        + Math.Max(Block.PassScratch(Length(0, steps), rows), Block.PassScratch(Length(Chunks(steps) - 1, steps), rows)));

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        pass.Start.CopyTo(pass.Trace);
        pass.Start.CopyTo(pass.Final);
        for (int chunk = 0; chunk < Chunks(pass.Steps); chunk++)
        {
            SequencePass<T> part = PartOf(pass, chunk, pass.Auxiliary, pass.Scratch);
            Block.Forward(part);
            part.Final.CopyTo(pass.Final);
        }
    }

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dFinal = carver.Take(pass.Start.Length);
        Span<T> dStart = carver.Take(pass.Start.Length);
        Span<T> counted = carver.Take(pass.Auxiliary.Length);
        StateRows.Take(pass.Rows, StateSize, 0, StateSize, gradients.Final, dStart);
        for (int chunk = Chunks(pass.Steps) - 1; chunk >= 0; chunk--)
        {
            SequencePass<T> part = PartOf(pass, chunk, counted, carver.Rest);
            if (_recomputes)
            {
                Block.Forward(part);
            }

            dStart.CopyTo(dFinal);
            dStart.Clear();
            int first = chunk * _slices * pass.Rows;
            int slices = part.Steps * pass.Rows;
            Block.Backward(
                part,
                new SequenceGradients<T>
                {
                    Outputs = gradients.Outputs.Slice(first * Outputs, slices * Outputs),
                    Final = dFinal,
                    Auxiliary = gradients.Auxiliary,
                    Inputs = gradients.Inputs.IsEmpty ? [] : gradients.Inputs.Slice(first * Inputs, slices * Inputs),
                    Elapsed = gradients.Elapsed.IsEmpty ? [] : gradients.Elapsed.Slice(first, slices),
                    Start = dStart,
                    Parameters = gradients.Parameters,
                });
        }

        StateRows.Add(pass.Rows, StateSize, 0, StateSize, dStart, gradients.Start);
    }

    private int Chunks(int steps) => (int)(((long)steps + _slices - 1) / _slices);

    private int Length(int chunk, int steps) => Math.Min(_slices, steps - (chunk * _slices));

    private int StatesRoom(int rows) => SpanCarver.Room(rows * StateSize);

    /// <summary>Room for the trace of any chunk.</summary>
    private int BlockRoom(int steps, int rows) => SpanCarver.Room(
        Math.Max(Block.TraceSize(Length(0, steps), rows), Block.TraceSize(Length(Chunks(steps) - 1, steps), rows)));

    /// <summary>The pass of one chunk. The trace is: states before the first, then for every chunk the states after it and, where it is kept, its trace.</summary>
    private SequencePass<T> PartOf(in SequencePass<T> pass, int chunk, Span<T> auxiliary, Span<T> scratch)
    {
        int steps = Length(chunk, pass.Steps);
        int first = chunk * _slices * pass.Rows;
        int slices = steps * pass.Rows;
        int states = StatesRoom(pass.Rows);
        int block = BlockRoom(pass.Steps, pass.Rows);
        int stride = states + (_recomputes ? 0 : block);
        int after = states + (chunk * stride);
        return pass with
        {
            Steps = steps,
            Inputs = pass.Inputs.Slice(first * Inputs, slices * Inputs),
            Elapsed = pass.Elapsed.Slice(first, slices),
            Start = pass.Trace.Slice(chunk == 0 ? 0 : after - stride, pass.Start.Length),
            Outputs = pass.Outputs.Slice(first * Outputs, slices * Outputs),
            Final = pass.Trace.Slice(after, pass.Start.Length),
            Trace = (_recomputes ? scratch : pass.Trace[(after + states)..])[..Block.TraceSize(steps, pass.Rows)],
            Scratch = _recomputes ? scratch[block..] : scratch,
            Auxiliary = auxiliary,
            Noise = pass.Noise?.For(chunk),
        };
    }
}
