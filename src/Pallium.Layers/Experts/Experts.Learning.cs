using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

// The learning form: every block runs over the slices that it is given, brought together.
public sealed partial class Experts<T>
{
    /// <inheritdoc/>
    public override int TraceSize(int steps, int rows)
    {
        int slices = checked(steps * rows);
        int together = 0;
        int size = SpanCarver.Room(Dispatch<T>.Size(Parts.Count, checked(_chosen * slices)));
        foreach ((_, ISequenceLayer<T> block) in Parts)
        {
            // A block without state may be given any of the slices, but all such blocks together only so many: beside their traces, each rounds up once.
            bool isTogether = block.StateSize == 0;
            together = Math.Max(together, isTogether ? SpanCarver.Room(slices * Outputs) + SpanCarver.Room(block.TraceSize(1, slices)) : 0);
            size = checked(size + (isTogether ? WindowTrace(block, 1, 1) : rows * WindowTrace(block, steps, 1)));
        }

        return checked(size + (_chosen * together));
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows)
    {
        int slices = checked(steps * rows);
        int room = (2 * SpanCarver.Room(slices * _channels)) + (2 * SpanCarver.Room(slices)) + SpanCarver.Room(slices * Outputs);
        return checked(room + Parts.Max(part => part.Layer.StateSize == 0 ? part.Layer.PassScratch(1, slices) : part.Layer.PassScratch(steps, 1)));
    }

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        pass.Outputs.Clear();
        pass.Start.CopyTo(pass.Final);
        var trace = new SpanCarver<T>(pass.Trace);
        Dispatch<T> dispatch = DispatchOf(pass, ref trace);
        dispatch.Fill(pass.Steps, pass.Rows, pass.Inputs, Inputs);
        for (int block = 0; block < Parts.Count; block++)
        {
            ReadOnlySpan<int> rest = dispatch.Of(block);
            for (int row = 0; !rest.IsEmpty; row++)
            {
                ReadOnlySpan<int> given = Window(pass, block, row, ref rest);
                if (given.IsEmpty)
                {
                    continue;
                }

                SequencePass<T> part = PartOf(pass, block, row, given, ref trace, out _);
                Parts[block].Layer.Forward(part);
                part.Final.CopyTo(pass.Final[StatePlace(block, row)..]);
                for (int place = 0; place < given.Length; place++)
                {
                    Span<T> y = pass.Outputs.Slice(given[place] * Outputs, Outputs);
                    TensorPrimitives.FusedMultiplyAdd(part.Outputs.Slice(place * Outputs, Outputs), WeightOf(pass.Inputs, given[place], block), y, y);
                }
            }
        }
    }

    /// <inheritdoc/>
    public override void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        var trace = new SpanCarver<T>(pass.Trace);
        Dispatch<T> dispatch = DispatchOf(pass, ref trace);
        for (int block = 0; block < Parts.Count; block++)
        {
            ReadOnlySpan<int> rest = dispatch.Of(block);
            int size = Parts[block].Layer.StateSize;
            int windows = size > 0 ? pass.Rows : 1;
            for (int row = 0; row < windows; row++)
            {
                ReadOnlySpan<int> given = Window(pass, block, row, ref rest);
                ReadOnlySpan<T> dFinal = gradients.Final.IsEmpty ? [] : gradients.Final.Slice(StatePlace(block, row), size);
                Span<T> dStart = gradients.Start.IsEmpty ? [] : gradients.Start.Slice(StatePlace(block, row), size);
                if (!given.IsEmpty)
                {
                    SequencePass<T> part = PartOf(pass, block, row, given, ref trace, out Span<T> scratch);
                    BackwardWindow(pass, gradients, block, given, part, dFinal, dStart, scratch);
                }
                else if (!dFinal.IsEmpty)
                {
                    StateRows.Add(1, size, 0, size, dFinal, dStart);
                }
            }
        }
    }

    private static int WindowTrace(ISequenceLayer<T> block, int steps, int rows) => checked(
        SpanCarver.Room(steps * rows * block.Outputs) + SpanCarver.Room(rows * block.StateSize) + SpanCarver.Room(block.TraceSize(steps, rows)));

    private Dispatch<T> DispatchOf(scoped in SequencePass<T> pass, scoped ref SpanCarver<T> trace) =>
        new(trace.Take(Dispatch<T>.Size(Parts.Count, _chosen * pass.Steps * pass.Rows)), Parts.Count);

    /// <summary>The next slices that the block runs over as one window: those of one row where it has state, else all.</summary>
    private ReadOnlySpan<int> Window(scoped in SequencePass<T> pass, int block, int row, ref ReadOnlySpan<int> rest)
    {
        int count = rest.Length;
        if (Parts[block].Layer.StateSize > 0)
        {
            count = 0;
            while (count < rest.Length && rest[count] % pass.Rows == row)
            {
                count++;
            }
        }

        ReadOnlySpan<int> window = rest[..count];
        rest = rest[count..];
        return window;
    }

    /// <summary>A block's pass over the slices that it is given, gathered into the front of the scratch.</summary>
    private SequencePass<T> PartOf(scoped in SequencePass<T> pass, int block, int row, scoped ReadOnlySpan<int> given, scoped ref SpanCarver<T> trace, out Span<T> rest)
    {
        ISequenceLayer<T> layer = Parts[block].Layer;
        bool hasState = layer.StateSize > 0;
        (int steps, int rows) = hasState ? (given.Length, 1) : (1, given.Length);
        var scratch = new SpanCarver<T>(pass.Scratch);
        Span<T> x = scratch.Take(given.Length * _channels);
        Span<T> elapsed = scratch.Take(given.Length);
        rest = scratch.Rest;
        for (int place = 0; place < given.Length; place++)
        {
            pass.Inputs.Slice(given[place] * Inputs, _channels).CopyTo(x[(place * _channels)..]);
            elapsed[place] = pass.Elapsed[given[place]];
        }

        (int first, int count) = AuxiliaryPlace(block);
        return pass with
        {
            Steps = steps,
            Rows = rows,
            Inputs = x,
            Elapsed = elapsed,
            Start = pass.Start.Slice(StatePlace(block, row), layer.StateSize),
            Outputs = trace.Take(given.Length * Outputs),
            Final = trace.Take(layer.StateSize),
            Trace = trace.Take(layer.TraceSize(steps, rows)),
            Scratch = rest,
            Auxiliary = pass.Auxiliary.IsEmpty ? [] : pass.Auxiliary.Slice(first, count),
            Noise = pass.Noise?.For(block).For(pass.FirstRow + row),
            FirstRow = 0,
        };
    }

    private void BackwardWindow(
        in SequencePass<T> pass, in SequenceGradients<T> gradients, int block, ReadOnlySpan<int> given, in SequencePass<T> part,
        ReadOnlySpan<T> dFinal, Span<T> dStart, Span<T> scratch)
    {
        var carver = new SpanCarver<T>(scratch);
        Span<T> dy = carver.Take(part.Outputs.Length);
        Span<T> dx = carver.Take(gradients.Inputs.IsEmpty ? 0 : part.Inputs.Length);
        Span<T> dElapsed = carver.Take(gradients.Elapsed.IsEmpty ? 0 : part.Elapsed.Length);
        dx.Clear();
        dElapsed.Clear();
        GatherGradients(pass, gradients, block, given, part.Outputs, dy);
        Parts[block].Layer.Backward(
            part with { Scratch = carver.Rest },
            new SequenceGradients<T>
            {
                Outputs = dy,
                Final = dFinal,
                Auxiliary = AuxiliaryOf(block, gradients.Auxiliary),
                Inputs = dx,
                Elapsed = dElapsed,
                Start = dStart,
                Parameters = gradients.Parameters,
            });
        for (int i = 0; i < given.Length; i++)
        {
            if (!dx.IsEmpty)
            {
                Span<T> target = gradients.Inputs.Slice(given[i] * Inputs, _channels);
                TensorPrimitives.Add(target, dx.Slice(i * _channels, _channels), target);
            }

            if (!dElapsed.IsEmpty)
            {
                gradients.Elapsed[given[i]] += dElapsed[i];
            }
        }
    }

    /// <summary>The gradients of a block's outputs, and those of its weights.</summary>
    private void GatherGradients(
        in SequencePass<T> pass, in SequenceGradients<T> gradients, int block, ReadOnlySpan<int> given, ReadOnlySpan<T> outputs, Span<T> dy)
    {
        for (int i = 0; i < given.Length; i++)
        {
            ReadOnlySpan<T> dOutput = gradients.Outputs.Slice(given[i] * Outputs, Outputs);
            TensorPrimitives.Multiply(dOutput, WeightOf(pass.Inputs, given[i], block), dy[(i * Outputs)..]);
            if (!gradients.Inputs.IsEmpty)
            {
                gradients.Inputs[(given[i] * Inputs) + _channels + block] += Reduction.Dot(dOutput, outputs.Slice(i * Outputs, Outputs));
            }
        }
    }

    private int StatePlace(int block, int row) => (row * StateSize) + StateOffset(block);
}
