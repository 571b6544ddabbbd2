using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Selective state space (S6), the recurrence alone: inputs u | δ | B | C, and z where there is a gate.</summary>
/// <remarks>
/// <code>
/// δ = softplus(δ + delta_bias)
/// h[n, d] = exp(δ[d] A[d, n]) h[n, d] + δ[d] B[n] u[d]
/// y[d] = (Σ_n C[n] h[n, d] + D[d] u[d]) silu(z[d])
/// </code>
/// Parameters, as the options say: A_log (or A) [D, N], delta_bias [D], D [D]. The state row is h, [N, D]. Elapsed time is not used.
/// The learning form keeps the state at every 16th slice and computes the others again, a tile of channels at a time, while they
/// are in the second cache. Newly drawn: A = -(1 .. N) for every channel, D = 1, δ log-uniform in 0.001 .. 0.1.
/// Source: Gu and Dao, 2023 (arXiv 2312.00752), eq. 2, algorithm 2 and section 3.6.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class SelectiveScan<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Slices from one kept state to the next.</summary>
    private const int ChunkSteps = 16;

    private const double LeastDelta = 0.001;
    private const double GreatestDelta = 0.1;
    private readonly SelectiveScanOptions _options;
    private readonly int _channels;
    private readonly int _states;
    private readonly int _padded;
    private readonly Parameter<T> _rates;
    private readonly Parameter<T>? _deltaBias;
    private readonly Parameter<T>? _skip;
    private readonly T[] _a;
    private readonly AlignedBuffer<T> _binaryRates;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public SelectiveScan(SelectiveScanOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.States);
        _options = options;
        (_channels, _states) = (options.Channels, options.States);
        _padded = SelectiveCell.Padded<T>(_channels);
        _rates = new(_channels, _states);
        _deltaBias = options.HasDeltaBias ? new(_channels) : null;
        _skip = options.HasSkip ? new(_channels) : null;
        _a = new T[_rates.Length];
        _binaryRates = new AlignedBuffer<T>(checked(_states * _padded));
        Refresh();
    }

    /// <inheritdoc/>
    public int Inputs => ((_options.HasGate ? 3 : 2) * _channels) + (2 * _states);

    /// <inheritdoc/>
    public int Outputs => _channels;

    /// <inheritdoc/>
    public int StateSize => _states * _channels;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters
    {
        get
        {
            yield return (_options.HasLogRates ? "A_log" : "A", _rates);
            if (_deltaBias is not null)
            {
                yield return ("delta_bias", _deltaBias);
            }

            if (_skip is not null)
            {
                yield return ("D", _skip);
            }
        }
    }

    /// <inheritdoc/>
    public LayerCost Cost => new(
        MultiplyAdds: (4L * _states * _channels) + (2 * _channels),
        Transcendentals: ((long)_states * _channels) + (_options.IsSoftplus ? _channels : 0) + (_options.HasGate ? _channels : 0),
        WeightBytes: ((long)_rates.Length + (_deltaBias?.Length ?? 0) + (_skip?.Length ?? 0)) * Unsafe.SizeOf<T>(),
        StateBytes: (long)StateSize * Unsafe.SizeOf<T>());

    private int PaddedState => _states * _padded;

    private ReadOnlySpan<T> DeltaBias => _deltaBias is null ? [] : _deltaBias.Values;

    private ReadOnlySpan<T> Skip => _skip is null ? [] : _skip.Values;

    /// <inheritdoc/>
    public void Initialize(Rng rng)
    {
        Rng deltas = rng.For("delta_bias");
        for (int channel = 0; channel < _channels; channel++)
        {
            for (int n = 0; n < _states; n++)
            {
                _rates.Values[(channel * _states) + n] = T.CreateChecked(_options.HasLogRates ? Elementary.Log(n + 1.0) : -(n + 1.0));
            }

            if (_deltaBias is not null)
            {
                double delta = LeastDelta * Elementary.Pow(GreatestDelta / LeastDelta, deltas.Uniform());
                _deltaBias.Values[channel] = T.CreateChecked(_options.IsSoftplus ? Elementary.SoftplusInverse(delta) : delta);
            }
        }

        if (_skip is not null)
        {
            _skip.Values.Fill(T.One);
        }

        Refresh();
    }

    /// <inheritdoc/>
    public void Refresh()
    {
        _rates.Values.CopyTo(_a);
        if (_options.HasLogRates)
        {
            Elementary.Exp<T>(_a, _a);
            TensorPrimitives.Negate<T>(_a, _a);
        }

        T scale = T.CreateChecked(SelectiveCell.Log2E);
        for (int i = 0; i < _a.Length; i++)
        {
            _binaryRates.Span[(i % _states * _padded) + (i / _states)] = _a[i] * scale;
        }
    }

    /// <inheritdoc/>
    public int StepScratch(int rows) => (3 * SpanCarver.Room(_padded)) + PaddedStateRoom;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        var run = new Run(this, scratch);
        for (int row = 0; row < rows; row++)
        {
            run.Begin(states.Slice(row * StateSize, StateSize));
            run.Advance(inputs.Slice(row * Inputs, Inputs), outputs.Slice(row * _channels, _channels));
            run.End();
        }
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => checked(Chunks(steps) * rows * PaddedState);

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows) => Math.Max(StepScratch(rows), ReverseScratch(rows));

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        pass.Start.CopyTo(pass.Final);
        var run = new Run(this, pass.Scratch);
        for (int row = 0; row < pass.Rows; row++)
        {
            run.Begin(pass.Final.Slice(row * StateSize, StateSize));
            for (int step = 0; step < pass.Steps; step++)
            {
                if (step % ChunkSteps == 0)
                {
                    run.State.CopyTo(KeptState(pass, step / ChunkSteps, row));
                }

                int slice = (step * pass.Rows) + row;
                run.Advance(pass.Inputs.Slice(slice * Inputs, Inputs), pass.Outputs.Slice(slice * _channels, _channels));
            }

            run.End();
        }
    }

    private static int Chunks(int steps) => (steps + ChunkSteps - 1) / ChunkSteps;

    /// <summary>The padded state before a chunk.</summary>
    private Span<T> KeptState(in SequencePass<T> pass, int chunk, int row) =>
        pass.Trace.Slice(((chunk * pass.Rows) + row) * PaddedState, PaddedState);

    /// <summary>Copies rows [N, D] to or from rows [N, padded].</summary>
    private void CopyRows(ReadOnlySpan<T> source, int sourceStride, Span<T> target, int targetStride)
    {
        for (int n = 0; n < _states; n++)
        {
            source.Slice(n * sourceStride, _channels).CopyTo(target[(n * targetStride)..]);
        }
    }

    /// <summary>The parts of an input slice, or of its gradient.</summary>
    private readonly ref struct Parts(SelectiveScan<T> layer, ReadOnlySpan<T> slice)
    {
        public ReadOnlySpan<T> U { get; } = slice[..layer._channels];

        public ReadOnlySpan<T> Delta { get; } = slice.Slice(layer._channels, layer._channels);

        public ReadOnlySpan<T> B { get; } = slice.Slice(2 * layer._channels, layer._states);

        public ReadOnlySpan<T> C { get; } = slice.Slice((2 * layer._channels) + layer._states, layer._states);

        public ReadOnlySpan<T> Z { get; } = slice[(2 * (layer._channels + layer._states))..];
    }

    /// <summary>One stream running forward; the state runs in place where channels need no padding.</summary>
    private ref struct Run
    {
        private readonly SelectiveScan<T> _layer;
        private readonly Span<T> _delta;
        private readonly Span<T> _input;
        private readonly Span<T> _read;
        private readonly Span<T> _room;
        private Span<T> _row;

        public Run(SelectiveScan<T> layer, Span<T> scratch)
        {
            _layer = layer;
            var carver = new SpanCarver<T>(scratch);
            _delta = carver.Take(layer._padded);
            _input = carver.Take(layer._padded);
            _read = carver.Take(layer._padded);
            _room = carver.Take(layer.IsPadded ? layer.PaddedState : 0);
            _delta[layer._channels..].Clear();
            _input[layer._channels..].Clear();
            _room.Clear();
        }

        /// <summary>h, [N, padded].</summary>
        public Span<T> State { get; private set; }

        /// <summary>Takes a state row up.</summary>
        public void Begin(Span<T> row)
        {
            _row = row;
            State = _layer.IsPadded ? _room : row;
            if (_layer.IsPadded)
            {
                _layer.CopyRows(row, _layer._channels, State, _layer._padded);
            }
        }

        /// <summary>One slice.</summary>
        public readonly void Advance(ReadOnlySpan<T> inputs, Span<T> outputs)
        {
            var parts = new Parts(_layer, inputs);
            SelectiveEdges.Enter(parts.U, parts.Delta, _layer.DeltaBias, _layer._options.IsSoftplus, _delta, _input);
            SelectiveCell.Step<T, Off>(new SelectiveSlice<T>
            {
                Delta = _delta,
                Input = _input,
                B = parts.B,
                C = parts.C,
                Rates = _layer._binaryRates.Span,
                RateStride = _layer._padded,
                Before = State,
                After = State,
                Stride = _layer._padded,
                Output = _read,
            });
            SelectiveEdges.Leave(_read, parts.U, _layer.Skip, parts.Z, outputs);
        }

        /// <summary>Writes the state row.</summary>
        public readonly void End()
        {
            if (_layer.IsPadded)
            {
                _layer.CopyRows(State, _layer._padded, _row, _layer._channels);
            }
        }
    }

    private bool IsPadded => _padded != _channels;

    private int PaddedStateRoom => IsPadded ? SpanCarver.Room(PaddedState) : 0;
}
