using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>A block that runs only where its weight is not zero: y = r block(x) for inputs x | r; where r = 0, y = 0 and the block's state stays as it is, to the bit.</summary>
/// <remarks>
/// In the learning form the slices of each row at which the block runs are a window of their own, so that cost follows the choice.
/// The block is told the elapsed time of the slices at which it runs, not of those it passed over. The trace of a row is its number
/// of such slices, the block's outputs there, its start and final state, and its trace.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Conditional<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ISequenceLayer<T> _block;
    private readonly double _share;

    /// <summary>Goes around a block.</summary>
    /// <param name="block">The block.</param>
    /// <param name="share">Share of the slices at which it is expected to run, for <see cref="Cost"/>.</param>
    /// <exception cref="ArgumentException">The block has auxiliary losses, which would not know where it runs.</exception>
    public Conditional(ISequenceLayer<T> block, double share = 1)
    {
        ArgumentNullException.ThrowIfNull(block);
        _share = share;
        if (block.AuxiliaryLosses.Count > 0)
        {
            throw new ArgumentException($"Found a block with auxiliary losses ({string.Join(", ", block.AuxiliaryLosses)}), expected one without.", nameof(block));
        }

        _block = block;
    }

    /// <inheritdoc/>
    public int Inputs => _block.Inputs + 1;

    /// <inheritdoc/>
    public int Outputs => _block.Outputs;

    /// <inheritdoc/>
    public int StateSize => _block.StateSize;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => _block.Parameters;

    /// <summary>What a slice costs on average.</summary>
    public LayerCost Cost => _block.Cost with
    {
        MultiplyAdds = (long)(_share * _block.Cost.MultiplyAdds),
        Transcendentals = (long)(_share * _block.Cost.Transcendentals),
    };

    /// <inheritdoc/>
    public void Initialize(Rng rng) => _block.Initialize(rng);

    /// <inheritdoc/>
    public void Refresh() => _block.Refresh();

    /// <inheritdoc/>
    public void ConstrainStart(Span<T> start) => _block.ConstrainStart(start);

    /// <inheritdoc/>
    public int StepScratch(int rows) => _block.StepScratch(1);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        for (int row = 0; row < rows; row++)
        {
            Span<T> y = outputs.Slice(row * Outputs, Outputs);
            T weight = WeightOf(inputs, row);
            if (T.IsZero(weight))
            {
                y.Clear();
                continue;
            }

            _block.Step(inputs.Slice(row * Inputs, _block.Inputs), elapsed.Slice(row, 1), states.Slice(row * StateSize, StateSize), y, scratch);
            TensorPrimitives.Multiply(y, weight, y);
        }
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => checked(rows * RowTrace(steps));

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows) => checked(
        (2 * SpanCarver.Room(steps * _block.Inputs)) + (2 * SpanCarver.Room(steps)) + SpanCarver.Room(steps * Outputs) + _block.PassScratch(steps, 1));

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        pass.Outputs.Clear();
        for (int row = 0; row < pass.Rows; row++)
        {
            RowPass(pass, row, out SequencePass<T> part, out _);
            pass.Start.Slice(row * StateSize, StateSize).CopyTo(part.Final);
            if (part.Steps > 0)
            {
                _block.Forward(part);
            }

            part.Final.CopyTo(pass.Final[(row * StateSize)..]);
            for (int slice = row, step = 0; slice < pass.Elapsed.Length; slice += pass.Rows)
            {
                T weight = WeightOf(pass.Inputs, slice);
                if (!T.IsZero(weight))
                {
                    TensorPrimitives.Multiply(part.Outputs.Slice(step++ * Outputs, Outputs), weight, pass.Outputs.Slice(slice * Outputs, Outputs));
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        for (int row = 0; row < pass.Rows; row++)
        {
            RowPass(pass, row, out SequencePass<T> part, out Span<T> rest);
            ReadOnlySpan<T> dFinal = gradients.Final.IsEmpty ? [] : gradients.Final.Slice(row * StateSize, StateSize);
            Span<T> dStart = gradients.Start.IsEmpty ? [] : gradients.Start.Slice(row * StateSize, StateSize);
            if (part.Steps == 0)
            {
                if (!dFinal.IsEmpty)
                {
                    StateRows.Add(1, StateSize, 0, StateSize, dFinal, dStart);
                }
            }
            else
            {
                BackwardRow(pass, gradients, row, part, dFinal, dStart, rest);
            }
        }
    }

    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode weight = graph.Slice(inputs, _block.Inputs, 1);
        (StepNode outputs, StepNode? next) = _block.Describe(graph, graph.Slice(inputs, 0, _block.Inputs), elapsed, state);
        StepNode? kept = next is null ? null : graph.Add(state!, graph.Multiply(graph.Subtract(next, state!), graph.IsNotZero(weight)));
        return (graph.Multiply(outputs, weight), kept);
    }

    private T WeightOf(ReadOnlySpan<T> inputs, int slice) => inputs[((slice + 1) * Inputs) - 1];

    private int RowTrace(int steps) => checked(
        SpanCarver.Room(steps * Outputs) + (2 * SpanCarver.Room(StateSize)) + SpanCarver.Room(_block.TraceSize(steps, 1)));

    /// <summary>The block's window of one row: the slices at which it runs, gathered into the front of the scratch.</summary>
    private void RowPass(scoped in SequencePass<T> pass, int row, out SequencePass<T> part, out Span<T> rest)
    {
        int rowTrace = RowTrace(pass.Steps);
        var trace = new SpanCarver<T>(pass.Trace.Slice(row * rowTrace, rowTrace));
        var scratch = new SpanCarver<T>(pass.Scratch);
        Span<T> x = scratch.Take(pass.Steps * _block.Inputs);
        Span<T> elapsed = scratch.Take(pass.Steps);
        rest = scratch.Rest;
        int steps = 0;
        for (int slice = row; slice < pass.Elapsed.Length; slice += pass.Rows)
        {
            if (!T.IsZero(WeightOf(pass.Inputs, slice)))
            {
                pass.Inputs.Slice(slice * Inputs, _block.Inputs).CopyTo(x[(steps * _block.Inputs)..]);
                elapsed[steps++] = pass.Elapsed[slice];
            }
        }

        Span<T> y = trace.Take(pass.Steps * Outputs);
        Span<T> final = trace.Take(StateSize);
        part = pass with
        {
            Steps = steps,
            Rows = 1,
            Inputs = x[..(steps * _block.Inputs)],
            Elapsed = elapsed[..steps],
            Start = pass.Start.Slice(row * StateSize, StateSize),
            Outputs = y[..(steps * Outputs)],
            Final = final,
            Trace = trace.Rest,
            Scratch = rest,
            FirstRow = pass.FirstRow + row,
        };
    }

    private void BackwardRow(
        in SequencePass<T> pass, in SequenceGradients<T> gradients, int row, in SequencePass<T> part, ReadOnlySpan<T> dFinal, Span<T> dStart, Span<T> rest)
    {
        var carver = new SpanCarver<T>(rest);
        Span<T> dy = carver.Take(part.Outputs.Length);
        Span<T> dx = carver.Take(gradients.Inputs.IsEmpty ? 0 : part.Inputs.Length);
        Span<T> dElapsed = carver.Take(gradients.Elapsed.IsEmpty ? 0 : part.Steps);
        dx.Clear();
        dElapsed.Clear();
        for (int slice = row, step = 0; step < part.Steps; slice += pass.Rows)
        {
            T weight = WeightOf(pass.Inputs, slice);
            if (!T.IsZero(weight))
            {
                ReadOnlySpan<T> dOutput = gradients.Outputs.Slice(slice * Outputs, Outputs);
                TensorPrimitives.Multiply(dOutput, weight, dy[(step * Outputs)..]);
                if (!gradients.Inputs.IsEmpty)
                {
                    gradients.Inputs[((slice + 1) * Inputs) - 1] += Reduction.Dot(dOutput, part.Outputs.Slice(step * Outputs, Outputs));
                }

                step++;
            }
        }

        _block.Backward(
            part with { Scratch = carver.Rest },
            new SequenceGradients<T> { Outputs = dy, Final = dFinal, Inputs = dx, Elapsed = dElapsed, Start = dStart, Parameters = gradients.Parameters });
        for (int slice = row, step = 0; step < part.Steps; slice += pass.Rows)
        {
            if (!T.IsZero(WeightOf(pass.Inputs, slice)))
            {
                if (!dx.IsEmpty)
                {
                    Span<T> target = gradients.Inputs.Slice(slice * Inputs, _block.Inputs);
                    TensorPrimitives.Add(target, dx.Slice(step * _block.Inputs, _block.Inputs), target);
                }

                if (!dElapsed.IsEmpty)
                {
                    gradients.Elapsed[slice] += dElapsed[step];
                }

                step++;
            }
        }
    }
}
