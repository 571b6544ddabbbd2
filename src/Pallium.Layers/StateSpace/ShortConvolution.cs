using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="ShortConvolution{T}"/> is made from.</summary>
/// <param name="Channels">Channels C of x and y.</param>
public sealed record ShortConvolutionOptions(int Channels)
{
    /// <summary>Slices that an output sees, K: the present one and K - 1 before it.</summary>
    public int Width { get; init; } = 4;

    /// <summary>Whether SiLU follows.</summary>
    public bool HasSilu { get; init; } = true;
}

/// <summary>Causal depthwise convolution: y[t] = f(b + Σ_k w[·, k] ⊙ x[t-K+1+k]), k = 0 .. K-1, f being SiLU or nothing.</summary>
/// <remarks>
/// Parameters: weight [C, K], whose last column multiplies the present slice, and bias [C]. The state row is the last K - 1
/// slices, oldest first, [K-1, C]; zeros lie before the first. Elapsed time is not used. Newly drawn weights are uniform in
/// ±1/√K. As in H3 (Fu et al., ICLR 2023) and Mamba (Gu and Dao, 2023, arXiv 2312.00752, section 3.4).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ShortConvolution<T> : ISequenceLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _width;
    private readonly bool _hasSilu;
    private readonly Parameter<T> _weight;
    private readonly Parameter<T> _bias;
    private readonly AlignedBuffer<T> _taps;
    private readonly AlignedBuffer<T> _turnedTaps;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size is not positive.</exception>
    public ShortConvolution(ShortConvolutionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Width);
        Inputs = options.Channels;
        (_width, _hasSilu) = (options.Width, options.HasSilu);
        _weight = new(Inputs, _width) { Decays = true };
        _bias = new(Inputs);
        _taps = new AlignedBuffer<T>(_weight.Length);
        _turnedTaps = new AlignedBuffer<T>(_weight.Length);
    }

    /// <inheritdoc/>
    public int Inputs { get; }

    /// <inheritdoc/>
    public int Outputs => Inputs;

    /// <inheritdoc/>
    public int StateSize => Kept * Inputs;

    /// <inheritdoc/>
    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("weight", _weight), ("bias", _bias)];

    /// <inheritdoc/>
    public LayerCost Cost => new(
        _weight.Length, _hasSilu ? Inputs : 0, (_weight.Length + Inputs) * Unsafe.SizeOf<T>(), StateSize * Unsafe.SizeOf<T>());

    /// <summary>Slices in the state.</summary>
    private int Kept => _width - 1;

    /// <inheritdoc/>
    public void Initialize(Rng rng)
    {
        Initialization.UniformByFan(_weight, _width, rng.For("weight"));
        Initialization.UniformByFan(_bias, _width, rng.For("bias"));
        Refresh();
    }

    /// <inheritdoc/>
    public void Refresh()
    {
        for (int i = 0; i < _weight.Length; i++)
        {
            (int channel, int tap) = (i / _width, i % _width);
            _taps.Span[(tap * Inputs) + channel] = _weight.Values[i];
            _turnedTaps.Span[((Kept - tap) * Inputs) + channel] = _weight.Values[i];
        }
    }

    /// <inheritdoc/>
    public int StepScratch(int rows) => _width * Inputs;

    /// <inheritdoc/>
    public void Step(ReadOnlySpan<T> inputs, ReadOnlySpan<T> elapsed, Span<T> states, Span<T> outputs, Span<T> scratch)
    {
        int rows = this.CheckStep(inputs, elapsed, states, outputs, scratch);
        Span<T> window = scratch[..(_width * Inputs)];
        for (int row = 0; row < rows; row++)
        {
            Span<T> state = states.Slice(row * StateSize, StateSize);
            state.CopyTo(window);
            inputs.Slice(row * Inputs, Inputs).CopyTo(window[StateSize..]);
            CausalConvolution.Apply(window, Inputs, _taps.Span, _bias.Values, _hasSilu, outputs.Slice(row * Inputs, Inputs));
            window[Inputs..].CopyTo(state);
        }
    }

    /// <inheritdoc/>
    public int TraceSize(int steps, int rows) => 0;

    /// <inheritdoc/>
    public int PassScratch(int steps, int rows) => checked(
        SpanCarver.Room(2 * Kept * rows * Inputs) + SpanCarver.Room((steps + (2 * Kept)) * rows * Inputs)
        + SpanCarver.Room(_weight.Length) + SpanCarver.Room(rows * Inputs));

    /// <inheritdoc/>
    public void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        int slice = pass.Rows * Inputs;
        ReadOnlySpan<T> edge = Edge(pass);
        for (int step = 0; step < pass.Steps; step++)
        {
            ReadOnlySpan<T> window = Window(pass, edge, step);
            for (int place = 0; place < slice; place += Inputs)
            {
                CausalConvolution.Apply(
                    window[place..], slice, _taps.Span, _bias.Values, _hasSilu, pass.Outputs.Slice((step * slice) + place, Inputs));
            }
        }

        for (int kept = 0; kept < Kept; kept++)
        {
            // The state's slices end with the window's last; short windows leave some of the start.
            int step = pass.Steps - Kept + kept;
            for (int row = 0; row < pass.Rows; row++)
            {
                ReadOnlySpan<T> x = step >= 0
                    ? pass.Inputs.Slice((step * slice) + (row * Inputs), Inputs)
                    : pass.Start.Slice((row * StateSize) + ((step + Kept) * Inputs), Inputs);
                x.CopyTo(pass.Final[((row * StateSize) + (kept * Inputs))..]);
            }
        }
    }

    /// <inheritdoc/>
    public void Backward(in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        this.CheckPass(pass, gradients);
        int slice = pass.Rows * Inputs;
        ReadOnlySpan<T> edge = Edge(pass);
        var carver = new SpanCarver<T>(pass.Scratch[SpanCarver.Room(2 * Kept * slice)..]);
        Span<T> dSums = carver.Take((pass.Steps + (2 * Kept)) * slice);
        Span<T> dTaps = carver.Take(_weight.Length);
        dTaps.Clear();
        dSums[..(Kept * slice)].Clear();
        dSums[^(Kept * slice)..].Clear();
        for (int step = 0; step < pass.Steps; step++)
        {
            ReadOnlySpan<T> window = Window(pass, edge, step);
            for (int place = 0; place < slice; place += Inputs)
            {
                CausalConvolution.Reverse(
                    window[place..],
                    slice,
                    _taps.Span,
                    _bias.Values,
                    _hasSilu,
                    gradients.Outputs.Slice((step * slice) + place, Inputs),
                    dSums.Slice(((Kept + step) * slice) + place, Inputs),
                    dTaps,
                    gradients.Parameters[_bias]);
            }
        }

        Span<T> dWeight = gradients.Parameters[_weight];
        for (int i = 0; i < dWeight.Length; i++)
        {
            dWeight[i] += dTaps[(i % _width * Inputs) + (i / _width)];
        }

        AccumulateInputs(pass, gradients, dSums);
    }

    /// <inheritdoc/>
    public (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode window = state is null ? inputs : graph.Concatenate(state, inputs);
        StepNode weight = graph.Constant(_weight);
        StepNode sum = graph.Constant(_bias);
        for (int tap = 0; tap < _width; tap++)
        {
            StepNode w = graph.Gather(weight, [.. Enumerable.Range(0, Inputs).Select(channel => (channel * _width) + tap)]);
            sum = graph.Add(sum, graph.Multiply(w, graph.Slice(window, tap * Inputs, Inputs)));
        }

        return (_hasSilu ? graph.Multiply(sum, graph.Sigmoid(sum)) : sum, state is null ? null : graph.Slice(window, Inputs, StateSize));
    }

    /// <summary>The start's slices and the first K - 1 of the window as one run of slices, [2(K-1), B, C].</summary>
    private ReadOnlySpan<T> Edge(in SequencePass<T> pass)
    {
        int slice = pass.Rows * Inputs;
        Span<T> edge = pass.Scratch[..(2 * Kept * slice)];
        for (int row = 0; row < pass.Rows; row++)
        {
            for (int kept = 0; kept < Kept; kept++)
            {
                pass.Start.Slice((row * StateSize) + (kept * Inputs), Inputs).CopyTo(edge[((kept * slice) + (row * Inputs))..]);
            }
        }

        pass.Inputs[..(Math.Min(Kept, pass.Steps) * slice)].CopyTo(edge[(Kept * slice)..]);
        return edge;
    }

    /// <summary>The K slices that an output sees.</summary>
    private ReadOnlySpan<T> Window(in SequencePass<T> pass, ReadOnlySpan<T> edge, int step)
    {
        int slice = pass.Rows * Inputs;
        return step < Kept ? edge[(step * slice)..] : pass.Inputs[((step - Kept) * slice)..];
    }

    /// <summary>A slice gets what came out of the K outputs that saw it: the same convolution, turned; <paramref name="dSums"/> has K - 1 slices of zeros at both ends.</summary>
    private void AccumulateInputs(in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dSums)
    {
        int slice = pass.Rows * Inputs;
        for (int place = 0; place < (pass.Steps + Kept) * slice; place += Inputs)
        {
            int step = (place / slice) - Kept;
            int row = place % slice / Inputs;
            Span<T> dx = step >= 0
                ? (gradients.Inputs.IsEmpty ? [] : gradients.Inputs.Slice((step * slice) + (row * Inputs), Inputs))
                : (gradients.Start.IsEmpty ? [] : gradients.Start.Slice((row * StateSize) + ((step + Kept) * Inputs), Inputs));
            if (dx.IsEmpty)
            {
                continue;
            }

            CausalConvolution.Apply(dSums[place..], slice, _turnedTaps.Span, dx, hasSilu: false, dx);
            int kept = step - (pass.Steps - Kept);
            if (kept >= 0 && !gradients.Final.IsEmpty)
            {
                TensorPrimitives.Add(dx, gradients.Final.Slice((row * StateSize) + (kept * Inputs), Inputs), dx);
            }
        }
    }
}
