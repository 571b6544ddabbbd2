using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The recurrence of linear attention and its kin: heads that each write keys and values into a matrix and read it with queries (<see cref="MatrixScan"/>).</summary>
/// <remarks>
/// The input of a slice is q [G, K] | k [G, K] | v [H, V] | β [H] (delta rule) | g [H] or [H, K], or dt [H] (where the decay is an
/// input) | a [H, K] | b [H, K] (low-rank rule); the output o [H, V]. The state row is S [H, K, V] and, if outputs are
/// normalized, z [H, K]. Parameters: A or A_log [H] of <see cref="MemoryDecay.Rate"/>; u [H, K] where the read comes before the write;
/// D [H] where values skip the memory.
/// Elapsed time is not used. The learning form keeps the states before every 64th slice and, of rules that recall, what each slice
/// recalled; it costs time linear in the window and has the bits of the streaming form.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class MatrixMemory<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Slices between states that are kept; about K, so that the states take the room of the outputs.</summary>
    private const int Checkpoint = 64;

    private readonly MatrixMemoryOptions _options;
    private readonly MatrixScan _scan;
    private readonly Layout _layout;
    private readonly T _scale;
    private readonly T _epsilon;
    private readonly T[] _factors;
    private readonly T[] _rates;
    private readonly Parameter<T>? _rate;
    private readonly Parameter<T>? _bonus;
    private readonly Parameter<T>? _skip;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive, a log decay is positive, or ε is negative.</exception>
    /// <exception cref="ArgumentException">Options do not go together.</exception>
    public MatrixMemory(MatrixMemoryOptions options)
    {
        Check(options);
        _options = options;
        _scan = new MatrixScan(options.Keys, options.Values, FormOf(options.Decay), options.Write, options.ReadsBefore);
        _layout = new Layout(options);
        _scale = T.CreateChecked(options.Scale ?? (1 / Math.Sqrt(options.Keys)));
        _epsilon = T.CreateChecked(options.Epsilon);
        _factors = [.. options.LogDecays.Select(g => T.CreateChecked(Elementary.Exp(g)))];
        _rates = new T[options.Decay == MemoryDecay.Rate ? options.Heads : 0];
        _rate = options.Decay == MemoryDecay.Rate ? new(options.Heads) : null;
        _bonus = options.ReadsBefore ? new(options.Heads, options.Keys) : null;
        _skip = options.HasSkip ? new(options.Heads) : null;
        Refresh();
    }

    /// <inheritdoc/>
    public int Inputs => _layout.Inputs;

    /// <inheritdoc/>
    public int Outputs => _options.Heads * _options.Values;

    /// <inheritdoc/>
    public int StateSize => checked(_options.Heads * _options.Keys * (_options.Values + (_options.Normalizes ? 1 : 0)));

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters
    {
        get
        {
            if (_rate is not null)
            {
                yield return (_options.IsRateLogarithmic ? "A_log" : "A", _rate);
            }

            if (_bonus is not null)
            {
                yield return ("u", _bonus);
            }

            if (_skip is not null)
            {
                yield return ("D", _skip);
            }
        }
    }

    /// <inheritdoc/>
    public LayerCost Cost => new(
        MultiplyAdds: _options.Heads * (_scan.StepCost + (_options.Normalizes ? 2 * _options.Keys : 0) + (_options.ReadsBefore ? 2 * _options.Keys : 0) + (_options.HasSkip ? _options.Values : 0)),
        Transcendentals: _options.Heads * ((_options.Normalizes ? _options.Values : 0) + _options.Decay switch
        {
            MemoryDecay.Head or MemoryDecay.Rate => 1,
            MemoryDecay.Key => _options.Keys,
            _ => 0,
        }),
        WeightBytes: Parameters.Sum(item => (long)item.Parameter.Length) * Unsafe.SizeOf<T>(),
        StateBytes: (long)StateSize * Unsafe.SizeOf<T>());

    /// <summary>Numbers of S before those of z.</summary>
    private int Matrices => _options.Heads * Matrix;

    /// <summary>Numbers of one head's S.</summary>
    private int Matrix => _options.Keys * _options.Values;

    /// <summary>Draws A evenly from -16 to -1, as Mamba-2 does, and u from -1 to 1; D begins as 1.</summary>
    public void Initialize(Rng rng)
    {
        if (_rate is not null)
        {
            rng.For("A").Uniform(_rate.Values, 1, 16);
            for (int head = 0; head < _rate.Length; head++)
            {
                _rate.Values[head] = _options.IsRateLogarithmic ? Elementary.Log(_rate.Values[head]) : -_rate.Values[head];
            }
        }

        if (_bonus is not null)
        {
            rng.For("u").Uniform(_bonus.Values, -1, 1);
        }

        _skip?.Values.Fill(T.One);

        Refresh();
    }

    /// <inheritdoc/>
    public void Refresh()
    {
        for (int head = 0; head < _rates.Length; head++)
        {
            _rates[head] = _options.IsRateLogarithmic ? -Elementary.Exp(_rate!.Values[head]) : _rate!.Values[head];
        }
    }

    /// <summary>Sets the state of a normalized memory to zero: S and z that no writing gave need not fit each other.</summary>
    public void ConstrainStart(Span<T> start)
    {
        if (_options.Normalizes)
        {
            start.Clear();
        }
    }

    /// <inheritdoc/>
    public int StepScratch(int rows) => RunRoom(1) + (_scan.Recalls ? _scan.ValueRoom : 0) + _scan.StateRoom + SpanCarver.Room(_scan.KeyRoom) + SpanCarver.Room(1);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        for (int row = 0; row < rows; row++)
        {
            Span<T> state = states.Slice(row * StateSize, StateSize);
            for (int head = 0; head < _options.Heads; head++)
            {
                var carver = new SpanCarver<T>(scratch);
                Span<T> divisor = carver.Take(1);
                Span<T> recalled = carver.Take(_scan.Recalls ? _scan.ValueRoom : 0);
                Span<T> matrix = Open(state, head, ref carver, out Span<T> sum);
                var slices = new Slices(row, rows, 1, head);
                Advance(slices, inputs, outputs, matrix, sum, divisor, recalled, carver.Rest);
                Close(state, head, matrix, sum);
            }
        }
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => checked(rows * _options.Heads * new HeadTrace(_scan, _options.Normalizes, steps).Size);

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        pass.Start.CopyTo(pass.Final);
        var trace = new HeadTrace(_scan, _options.Normalizes, pass.Steps);
        for (int row = 0; row < pass.Rows; row++)
        {
            Span<T> state = pass.Final.Slice(row * StateSize, StateSize);
            for (int first = 0; first < pass.Steps; first += Checkpoint)
            {
                // All heads of a chunk, then the next chunk: a slice's memory pages are gone through once.
                for (int head = 0; head < _options.Heads; head++)
                {
                    Span<T> kept = pass.Trace.Slice(((row * _options.Heads) + head) * trace.Size, trace.Size);
                    var carver = new SpanCarver<T>(pass.Scratch);
                    Span<T> matrix = Open(state, head, ref carver, out Span<T> sum);
                    matrix.CopyTo(trace.Matrix(kept, first));
                    sum.CopyTo(trace.Sum(kept, first));
                    int steps = Math.Min(Checkpoint, pass.Steps - first);
                    var slices = new Slices((first * pass.Rows) + row, pass.Rows, steps, head);
                    Advance(slices, pass.Inputs, pass.Outputs, matrix, sum, trace.Divisors(kept, first, steps), trace.Recalled(kept, first, steps), carver.Rest);
                    Close(state, head, matrix, sum);
                }
            }
        }
    }

    /// <summary>Runs one head over some slices.</summary>
    private void Advance(
        Slices slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> matrix, Span<T> sum, Span<T> divisors, Span<T> recalled, Span<T> scratch)
    {
        var carver = new SpanCarver<T>(scratch);
        MatrixRun<T> run = GatherRun(slices, inputs, recalled, ref carver);
        Span<T> read = carver.Take(slices.Steps * _scan.ValueRoom);
        read.Clear();
        if (_bonus is not null)
        {
            AddBonus(run, slices.Head, read, carver.Rest);
        }

        _scan.Forward(run, matrix, read);
        if (_options.Normalizes)
        {
            ReadNormalizer.Divide(_scan, run, _epsilon, sum, divisors, read);
        }

        Span<T> target = outputs[((slices.First * Outputs) + (slices.Head * _options.Values))..];
        HeadRows.Put(read, _scan.ValueRoom, _options.Values, target, slices.Stride * Outputs);
        for (int step = 0; _skip is not null && step < slices.Steps; step++)
        {
            Span<T> output = target.Slice(step * slices.Stride * Outputs, _options.Values);
            TensorPrimitives.FusedMultiplyAdd(ValuesOf(slices, step, inputs), _skip.Values[slices.Head], output, output);
        }
    }

    /// <summary>Where a channel of a step lies in the inputs.</summary>
    private int Place(Slices slices, int step, int offset) => ((slices.First + (step * slices.Stride)) * Inputs) + offset;

    /// <summary>v of a slice as it is given.</summary>
    private ReadOnlySpan<T> ValuesOf(Slices slices, int step, ReadOnlySpan<T> inputs) =>
        inputs.Slice(Place(slices, step, _layout.Value(slices.Head)), _options.Values);

    /// <summary>o += (Σ q u k) v: what the step itself writes is read with the bonus.</summary>
    private void AddBonus(in MatrixRun<T> run, int head, Span<T> read, Span<T> scratch)
    {
        ReadOnlySpan<T> bonus = _bonus!.Values.Slice(head * _options.Keys, _options.Keys);
        Span<T> product = scratch[.._options.Keys];
        for (int step = 0; step < run.Steps; step++)
        {
            TensorPrimitives.Multiply(run.Queries.Slice(step * _scan.KeyRoom, _options.Keys), bonus, product);
            T weight = Reduction.Dot(product, run.Keys.Slice(step * _scan.KeyRoom, _options.Keys));
            Span<T> output = read.Slice(step * _scan.ValueRoom, _scan.ValueRoom);
            TensorPrimitives.FusedMultiplyAdd(run.Values.Slice(step * _scan.ValueRoom, _scan.ValueRoom), weight, output, output);
        }
    }

    /// <summary>A head's S and z, padded where they do not fill their room: then copies, which <see cref="Close"/> puts back.</summary>
    private Span<T> Open(Span<T> state, int head, scoped ref SpanCarver<T> carver, out Span<T> sum)
    {
        sum = [];
        if (_options.Normalizes)
        {
            sum = carver.Take(_scan.KeyRoom);
            HeadRows.Take(state[(Matrices + (head * _options.Keys))..], 0, _options.Keys, _scan.KeyRoom, sum);
        }

        if (_scan.FillsRoom)
        {
            return state.Slice(head * Matrix, Matrix);
        }

        Span<T> matrix = carver.Take(_scan.StateRoom);
        matrix.Clear();
        HeadRows.Take(state[(head * Matrix)..], _options.Values, _options.Values, _scan.ValueRoom, matrix[..(_options.Keys * _scan.ValueRoom)]);
        return matrix;
    }

    private void Close(Span<T> state, int head, ReadOnlySpan<T> matrix, ReadOnlySpan<T> sum)
    {
        if (_options.Normalizes)
        {
            sum[.._options.Keys].CopyTo(state[(Matrices + (head * _options.Keys))..]);
        }

        if (!_scan.FillsRoom)
        {
            HeadRows.Put(matrix[..(_options.Keys * _scan.ValueRoom)], _scan.ValueRoom, _options.Values, state[(head * Matrix)..], _options.Values);
        }
    }

    /// <summary>Some slices of one row, and a head.</summary>
    /// <param name="First">Index of the first slice.</param>
    /// <param name="Stride">Slices from one of them to the next.</param>
    /// <param name="Steps">Number of slices.</param>
    /// <param name="Head">The head.</param>
    private readonly record struct Slices(int First, int Stride, int Steps, int Head);
}
