using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>
/// Causal softmax attention over a window: o_t = Σ p_s v_s, p = softmax(q_t · k_s/√D) over the last W slices s, t included, with rotary positions.
/// </summary>
/// <remarks>
/// <para>
/// The input of a slice is q [H, D] | k [H, D] | v [H, D], the output o [H, D]. The state row is the ring of the last W keys (rotated, each head's
/// in <see cref="KeyPanels"/>) | the ring of values [H, W, D] | a counter. Elapsed time is not used.
/// </para>
/// <para>
/// Angles stay exact however long the stream is: a key is written once, rotated by its position modulo P, a multiple of W. Scores need only the
/// difference of positions, and it is that of the positions modulo P where both lie in the same lap of P; a key of the lap before, which a
/// query less than W into its lap still sees, is met by the query rotated by its position plus P. So no angle is that of more than 2 P
/// positions, the tables of cosines and sines are computed once, in double, and a step costs two rotations, not one for each key.
/// </para>
/// <para>
/// The counter is a whole number: positions seen so far up to 2 P, and then going on from P. The ring holds min(counter, W) keys, so that zeros are a fresh
/// stream. Its gradient is zero.
/// </para>
/// <para>
/// The learning form takes blocks of queries against the keys of their windows, in time T·W; it keeps the log-sum-exp of every query
/// and computes scores again in its reverse pass (Dao et al., FlashAttention, arXiv 2205.14135, section 3.1; Beltagy et al., Longformer, arXiv 2004.05150).
/// </para>
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed partial class WindowAttention<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>Laps are at least this long, so that blocks of queries, which end with a lap, are seldom cut short.</summary>
    private const int LeastPeriod = 256;

    private readonly int _heads;
    private readonly int _width;
    private readonly int _window;
    private readonly int _period;
    private readonly T _scale;
    private readonly RotaryTable<T> _rotary;

    /// <summary>Creates the layer; it has no parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size or the base is not positive, or more channels are rotated than a head has.</exception>
    /// <exception cref="ArgumentException">An odd number of channels is rotated.</exception>
    public WindowAttention(WindowAttentionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Heads);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Window);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Rotary);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.Rotary, options.Width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Base);
        if (!int.IsEvenInteger(options.Rotary))
        {
            throw new ArgumentException($"Found {options.Rotary} rotated channels, expected an even number.", nameof(options));
        }

        _heads = options.Heads;
        _width = options.Width;
        _window = options.Window;
        _period = _window * ((LeastPeriod + _window - 1) / _window);
        _scale = T.CreateChecked(1 / Math.Sqrt(_width));
        _rotary = new RotaryTable<T>(options, 2 * _period);
    }

    /// <inheritdoc/>
    public int Inputs => checked(3 * Outputs);

    /// <inheritdoc/>
    public int Outputs => checked(_heads * _width);

    /// <inheritdoc/>
    public int StateSize => checked((2 * _heads * Ring) + 1);

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [];

    /// <inheritdoc/>
    public LayerCost Cost => new(
        MultiplyAdds: _heads * 2L * Ring,
        Transcendentals: (long)_heads * (_window + _width),
        WeightBytes: 0,
        StateBytes: (long)StateSize * Unsafe.SizeOf<T>());

    /// <summary>Numbers of a head's ring of keys, or of values.</summary>
    private int Ring => checked(_window * _width);

    /// <inheritdoc/>
    public void Initialize(Rng rng)
    {
    }

    /// <inheritdoc/>
    public void Refresh()
    {
    }

    /// <summary>Makes the counter a whole number within its range.</summary>
    public void ConstrainStart(Span<T> start) => start[^1] = T.CreateChecked(Count(start));

    /// <inheritdoc/>
    public int StepScratch(int rows) => (3 * SpanCarver.Room(_width)) + SpanCarver.Room(_window);

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        for (int row = 0; row < rows; row++)
        {
            Span<T> state = states.Slice(row * StateSize, StateSize);
            ReadOnlySpan<T> x = inputs.Slice(row * Inputs, Inputs);
            int count = Count(state);
            for (int head = 0; head < _heads; head++)
            {
                StepHead(x[(head * _width)..], count, Keys(state, head), Values(state, head), outputs.Slice((row * Outputs) + (head * _width), _width), scratch);
            }

            state[^1] = T.CreateChecked(After(count, 1));
        }
    }

    private void StepHead(ReadOnlySpan<T> x, int count, Span<T> keys, Span<T> values, Span<T> output, Span<T> scratch)
    {
        var carver = new SpanCarver<T>(scratch);
        Span<T> query = carver.Take(_width);
        Span<T> earlier = carver.Take(_width);
        Span<T> key = carver.Take(_width);
        int filled = Math.Min(count + 1, _window);
        Span<T> scores = carver.Take(_window)[..filled];
        int position = count % _period;
        _rotary.Take(x, Outputs, _scale, query);
        query.CopyTo(earlier);
        _rotary.Turn(query, position);
        _rotary.Take(x[Outputs..], Outputs, T.One, key);
        _rotary.Turn(key, position);
        KeyPanels.Write<T>(key, keys, count % _window, _window);
        x.Slice(2 * Outputs, _width).CopyTo(values[(count % _window * _width)..]);

        // Early in a lap the slots after this one hold keys of the lap before.
        int same = count < _period ? filled : Math.Min(filled, position + 1);
        scores.Clear();
        KeyPanels.Multiply<T>(query, _width, keys, _window, 0, same, scores, filled);
        if (same < filled)
        {
            _rotary.Turn(earlier, position + _period);
            KeyPanels.Multiply<T>(earlier, _width, keys, _window, same, filled, scores[same..], filled);
        }

        AttentionWeights.Exp(scores, [Reduction.Max<T>(scores)]);
        output.Clear();
        MatrixProduct.Accumulate(1, _width, filled, scores, filled, values, _width, output, _width);
        TensorPrimitives.Divide(output, Reduction.Sum<T>(scores), output);
    }

    private Span<T> Keys(Span<T> state, int head) => state.Slice(head * Ring, Ring);

    private ReadOnlySpan<T> Keys(ReadOnlySpan<T> state, int head) => state.Slice(head * Ring, Ring);

    private Span<T> Values(Span<T> state, int head) => state.Slice((_heads + head) * Ring, Ring);

    private ReadOnlySpan<T> Values(ReadOnlySpan<T> state, int head) => state.Slice((_heads + head) * Ring, Ring);

    /// <summary>The counter of a state row, in [0, 2 P).</summary>
    private int Count(ReadOnlySpan<T> state) => (int)Math.Clamp(double.Round(double.CreateChecked(T.IsNaN(state[^1]) ? T.Zero : state[^1])), 0, (2 * _period) - 1);

    /// <summary>The counter some slices later.</summary>
    private int After(int count, int steps) => count + steps < 2 * _period ? count + steps : _period + ((count + steps) % _period);
}
