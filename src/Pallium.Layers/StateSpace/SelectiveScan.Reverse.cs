using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Layers;

public sealed partial class SelectiveScan<T>
{
    /// <summary>Channels whose states of a chunk are computed again at once: at the most 256 KiB of states and factors for up to 64 states.</summary>
    private int Tile => Math.Min(_padded, SelectiveCell.Lanes<T>() * Math.Clamp(64 / _states, 1, 4));

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dState = carver.Take(PaddedState);
        Span<T> dRates = carver.Take(PaddedState);
        var tile = new TileScratch(this, ref carver);
        dRates.Clear();
        for (int row = 0; row < pass.Rows; row++)
        {
            dState.Clear();
            if (!gradients.Final.IsEmpty)
            {
                CopyRows(gradients.Final.Slice(row * StateSize, StateSize), _channels, dState, _padded);
            }

            for (int chunk = Chunks(pass.Steps) - 1; chunk >= 0; chunk--)
            {
                for (int first = 0; first < _channels; first += Tile)
                {
                    ReverseTile(pass, gradients, row, chunk, first, tile, dState[first..], dRates[first..]);
                }
            }

            if (!gradients.Start.IsEmpty)
            {
                AddStart(dState, gradients.Start.Slice(row * StateSize, StateSize));
            }
        }

        Span<T> target = gradients.Parameters[_rates];
        for (int i = 0; i < target.Length; i++)
        {
            T d = dRates[(i % _states * _padded) + (i / _states)];
            target[i] += _options.HasLogRates ? d * _a[i] : d;
        }
    }

    private int ReverseScratch(int rows) =>
        (2 * SpanCarver.Room(PaddedState)) + TileScratch.Size(this);

    private void AddStart(ReadOnlySpan<T> dState, Span<T> start)
    {
        for (int n = 0; n < _states; n++)
        {
            Span<T> target = start.Slice(n * _channels, _channels);
            TensorPrimitives.Add(target, dState.Slice(n * _padded, _channels), target);
        }
    }

    /// <summary>Some channels of one stream through a chunk: forward again from the kept state, then back.</summary>
    private void ReverseTile(
        in SequencePass<T> pass, in SequenceGradients<T> gradients, int row, int chunk, int first, in TileScratch tile, Span<T> dState, Span<T> dRates)
    {
        int begin = chunk * ChunkSteps;
        int steps = Math.Min(ChunkSteps, pass.Steps - begin);
        int lanes = Math.Min(Tile, _padded - first);
        var run = new TileRun(this, tile, first, lanes, Math.Min(Tile, _channels - first));
        run.Begin(KeptState(pass, chunk, row));
        for (int step = 0; step < steps; step++)
        {
            run.Advance(step, pass.Inputs.Slice((((begin + step) * pass.Rows) + row) * Inputs, Inputs));
        }

        for (int step = steps - 1; step >= 0; step--)
        {
            int slice = ((begin + step) * pass.Rows) + row;
            run.Reverse(
                step,
                pass.Inputs.Slice(slice * Inputs, Inputs),
                gradients.Outputs.Slice(slice * _channels, _channels),
                gradients.Inputs.IsEmpty ? tile.Unwanted : gradients.Inputs.Slice(slice * Inputs, Inputs),
                gradients.Parameters,
                dState,
                dRates);
        }
    }

    /// <summary>What <see cref="TileRun"/> works in.</summary>
    private readonly ref struct TileScratch
    {
        public TileScratch(SelectiveScan<T> layer, scoped ref SpanCarver<T> carver)
        {
            (int channels, int state) = (ChunkSteps * layer.Tile, layer._states * layer.Tile);
            Delta = carver.Take(channels);
            Input = carver.Take(channels);
            Read = carver.Take(channels);
            States = carver.Take((ChunkSteps + 1) * state);
            Factors = carver.Take(ChunkSteps * state);
            DeltaGradient = carver.Take(layer.Tile);
            InputGradient = carver.Take(layer.Tile);
            BGradient = carver.Take(layer._states * SelectiveCell.Lanes<T>());
            CGradient = carver.Take(layer._states * SelectiveCell.Lanes<T>());
            Unwanted = carver.Take(layer.Inputs);
            Unwanted.Clear();
        }

        public Span<T> Delta { get; }

        public Span<T> Input { get; }

        public Span<T> Read { get; }

        public Span<T> States { get; }

        public Span<T> Factors { get; }

        public Span<T> DeltaGradient { get; }

        public Span<T> InputGradient { get; }

        public Span<T> BGradient { get; }

        public Span<T> CGradient { get; }

        /// <summary>Stands for an input gradient that is not wanted.</summary>
        public Span<T> Unwanted { get; }

        public static int Size(SelectiveScan<T> layer)
        {
            (int channels, int state) = (SpanCarver.Room(ChunkSteps * layer.Tile), SpanCarver.Room((ChunkSteps + 1) * layer._states * layer.Tile));
            return checked(
                (3 * channels) + (2 * state) + (2 * SpanCarver.Room(layer.Tile)) + (2 * SpanCarver.Room(layer._states * SelectiveCell.Lanes<T>()))
                + SpanCarver.Room(layer.Inputs));
        }
    }

    /// <summary>Channels First .. First + Lanes of one stream through one chunk; those past Channels are padding.</summary>
    private readonly ref struct TileRun(SelectiveScan<T> layer, TileScratch scratch, int first, int lanes, int channels)
    {
        private readonly TileScratch _scratch = scratch;

        /// <summary>Takes the state before the chunk.</summary>
        public void Begin(ReadOnlySpan<T> kept)
        {
            for (int n = 0; n < layer._states; n++)
            {
                kept.Slice((n * layer._padded) + first, lanes).CopyTo(_scratch.States[(n * lanes)..]);
            }

            if (channels < lanes)
            {
                _scratch.Delta.Clear();
                _scratch.Input.Clear();
            }
        }

        /// <summary>One slice, its state and factors kept.</summary>
        public void Advance(int step, ReadOnlySpan<T> inputs)
        {
            var parts = new Parts(layer, inputs);
            SelectiveEdges.Enter(
                Of(parts.U), Of(parts.Delta), Of(layer.DeltaBias), layer._options.IsSoftplus, _scratch.Delta[(step * lanes)..], _scratch.Input[(step * lanes)..]);
            SelectiveCell.Step<T, On>(Slice(step, parts));
        }

        /// <summary>Reverse of <see cref="Advance"/>.</summary>
        public void Reverse(
            int step, ReadOnlySpan<T> inputs, ReadOnlySpan<T> dOutputs, Span<T> dInputs, Gradients<T> gradients, Span<T> dState, Span<T> dRates)
        {
            var parts = new Parts(layer, inputs);
            int all = layer._channels;
            Span<T> read = _scratch.Read.Slice(step * lanes, lanes);
            Span<T> du = dInputs.Slice(first, channels);
            Span<T> dz = layer._options.HasGate ? dInputs[(2 * (all + layer._states))..].Slice(first, channels) : [];
            Span<T> dSkip = layer._skip is null ? [] : gradients[layer._skip].Slice(first, channels);
            Span<T> dBias = layer._deltaBias is null ? [] : gradients[layer._deltaBias].Slice(first, channels);
            SelectiveEdges.LeaveReverse(read, Of(parts.U), Of(layer.Skip), Of(parts.Z), dOutputs.Slice(first, channels), du, dSkip, dz);
            SelectiveCell.Reverse(Slice(step, parts), new SelectiveGradients<T>
            {
                Output = read,
                State = dState,
                Rates = dRates,
                Delta = _scratch.DeltaGradient,
                Input = _scratch.InputGradient,
                B = _scratch.BGradient,
                C = _scratch.CGradient,
            });
            LaneSums.Add<T>(_scratch.BGradient, dInputs.Slice(2 * all, layer._states));
            LaneSums.Add<T>(_scratch.CGradient, dInputs.Slice((2 * all) + layer._states, layer._states));
            SelectiveEdges.EnterReverse(
                Of(parts.U),
                Of(parts.Delta),
                Of(layer.DeltaBias),
                layer._options.IsSoftplus,
                _scratch.Delta[(step * lanes)..],
                _scratch.DeltaGradient,
                _scratch.InputGradient,
                du,
                dInputs.Slice(all + first, channels),
                dBias);
        }

        private ReadOnlySpan<T> Of(ReadOnlySpan<T> values) => values.IsEmpty ? values : values.Slice(first, channels);

        private SelectiveSlice<T> Slice(int step, in Parts parts)
        {
            int state = layer._states * lanes;
            return new()
            {
                Delta = _scratch.Delta.Slice(step * lanes, lanes),
                Input = _scratch.Input.Slice(step * lanes, lanes),
                B = parts.B,
                C = parts.C,
                Rates = layer._binaryRates.Span[first..],
                RateStride = layer._padded,
                Before = _scratch.States[(step * state)..],
                After = _scratch.States[((step + 1) * state)..],
                Factors = _scratch.Factors[(step * state)..],
                Stride = lanes,
                Output = _scratch.Read[(step * lanes)..],
            };
        }
    }
}
