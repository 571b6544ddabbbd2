using System.Numerics;
using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>From the trunk's output and the clamped cells to the parameters of every cell's distribution.</summary>
/// <remarks>
/// Two small networks, y = W₂ silu(W₁ x + b₁) + b₂: one for mixtures, one for categories, which also has a linear path
/// (the sum of the real channels' losses would otherwise hide the categories'). The last matrices start near zero, so that
/// learning starts from the linear-Gaussian base. Where all channels are of one sort, the other network is not there.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class SliceHead<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Branch _real;
    private readonly Branch _discrete;
    private readonly Parameter<T> _link;
    private readonly PackedMatrix<T> _linkPacked;

    /// <summary>A head for the given sizes.</summary>
    public SliceHead(int inputs, int hidden, int realOutputs, int discreteOutputs)
    {
        Inputs = inputs;
        _real = new Branch(inputs, hidden, realOutputs);
        _discrete = new Branch(inputs, Math.Max(8, hidden / 2), discreteOutputs);
        _link = new Parameter<T>(discreteOutputs, inputs) { Decays = true };
        _linkPacked = new PackedMatrix<T>(inputs, discreteOutputs);
    }

    public int Inputs { get; }

    public int RealOutputs => _real.Outputs;

    public int DiscreteOutputs => _discrete.Outputs;

    public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
    [
        .. RealOutputs > 0 ? _real.Parameters("real") : [],
        .. DiscreteOutputs > 0 ? _discrete.Parameters("discrete").Append(("discrete.link", _link)) : [],
    ];

    /// <summary>Multiply-adds of one row.</summary>
    public long MultiplyAdds => _real.MultiplyAdds + _discrete.MultiplyAdds + _link.Length;

    /// <summary>Scratch of <see cref="Evaluate"/>.</summary>
    public int Scratch(int rows) => 2 * rows * Math.Max(_real.Hidden, _discrete.Hidden);

    public void Initialize(Rng rng)
    {
        _real.Initialize(rng.For("real"));
        _discrete.Initialize(rng.For("discrete"));
        _link.Values.Clear();
        Refresh();
    }

    public void Refresh()
    {
        if (RealOutputs > 0)
        {
            _real.Refresh();
        }

        if (DiscreteOutputs > 0)
        {
            _discrete.Refresh();
            _linkPacked.PackTransposed(_link.Values);
        }
    }

    /// <summary>Learning form: x, [N, inputs], to ([N, real outputs], [N, discrete outputs]).</summary>
    public (Variable Real, Variable Discrete) Forward(Tape<T> tape, Variable x)
    {
        Variable none = tape.Constant([], tape.Shape(x).Rows, 0);
        return (
            RealOutputs > 0 ? _real.Forward(tape, x) : none,
            DiscreteOutputs > 0 ? tape.Add(_discrete.Forward(tape, x), tape.Affine(x, _link)) : none);
    }

    /// <summary>The same outputs without a tape, for streams and answers.</summary>
    public void Evaluate(int rows, ReadOnlySpan<T> x, Span<T> real, Span<T> discrete, Span<T> scratch)
    {
        if (RealOutputs > 0)
        {
            _real.Evaluate(rows, x, real, scratch);
        }

        if (DiscreteOutputs > 0)
        {
            _discrete.Evaluate(rows, x, discrete, scratch);
            _linkPacked.Accumulate(rows, x, Inputs, discrete, DiscreteOutputs);
        }
    }

    /// <summary>The head over questions whose inputs become known one after another.</summary>
    internal sealed class Growing
    {
        private readonly SliceHead<T> _head;
        private readonly GrowingLayer<T>[] _layers;
        private readonly T[] _hidden;
        private readonly T[] _gate;
        private readonly T[] _linked;
        private int _rows;

        /// <summary>Takes the head's weights as they are now.</summary>
        public Growing(SliceHead<T> head, int mostRows)
        {
            _head = head;
            _layers =
            [
                .. head.RealOutputs > 0 ? [head._real.Grow(mostRows)] : Array.Empty<GrowingLayer<T>>(),
                .. head.DiscreteOutputs > 0
                    ? [head._discrete.Grow(mostRows), new GrowingLayer<T>(head.Inputs, head.DiscreteOutputs, head._link.Values, [], mostRows)]
                    : Array.Empty<GrowingLayer<T>>(),
            ];
            int widest = Math.Max(head._real.Hidden, head._discrete.Hidden);
            _hidden = new T[mostRows * widest];
            _gate = new T[mostRows * widest];
            _linked = new T[mostRows * head.DiscreteOutputs];
        }

        public void Begin(int rows)
        {
            _rows = rows;
            foreach (GrowingLayer<T> layer in _layers)
            {
                layer.Begin(rows);
            }
        }

        public void Know(int first, int count, ReadOnlySpan<T> values)
        {
            foreach (GrowingLayer<T> layer in _layers)
            {
                layer.Know(first, count, values, count);
            }
        }

        /// <summary>As <see cref="IHeadRows.Answer"/>; features count from input <paramref name="first"/>.</summary>
        public void Answer(
            int first, ReadOnlySpan<T> shared, ReadOnlySpan<int> features, ReadOnlySpan<T> values, (int Start, int Count) real, (int Start, int Count) discrete,
            Span<T> realOutputs, Span<T> discreteOutputs)
        {
            if (real.Count > 0)
            {
                _layers[0].Evaluate(first, shared, features, values, _hidden);
                _head._real.Finish(_rows, _hidden, _gate, real, realOutputs);
            }

            if (discrete.Count == 0)
            {
                return;
            }

            _layers[^2].Evaluate(first, shared, features, values, _hidden);
            _head._discrete.Finish(_rows, _hidden, _gate, discrete, discreteOutputs);
            _layers[^1].Evaluate(first, shared, features, values, _linked);
            for (int row = 0; row < _rows; row++)
            {
                Span<T> own = discreteOutputs.Slice(row * discrete.Count, discrete.Count);
                TensorPrimitives.Add(own, _linked.AsSpan((row * _head.DiscreteOutputs) + discrete.Start, discrete.Count), own);
            }
        }
    }

    private sealed class Branch
    {
        private readonly Parameter<T> _weightIn;
        private readonly Parameter<T> _biasIn;
        private readonly Parameter<T> _weightOut;
        private readonly Parameter<T> _biasOut;
        private readonly PackedMatrix<T> _packedIn;
        private readonly PackedMatrix<T> _packedOut;

        public Branch(int inputs, int hidden, int outputs)
        {
            Hidden = hidden;
            Outputs = outputs;
            _weightIn = new Parameter<T>(hidden, inputs) { Decays = true };
            _biasIn = new Parameter<T>(hidden);
            _weightOut = new Parameter<T>(outputs, hidden) { Decays = true };
            _biasOut = new Parameter<T>(outputs);
            _packedIn = new PackedMatrix<T>(inputs, hidden);
            _packedOut = new PackedMatrix<T>(hidden, outputs);
        }

        public int Hidden { get; }

        public int Outputs { get; }

        public long MultiplyAdds => _weightIn.Length + _weightOut.Length;

        public IEnumerable<(string Name, Parameter<T> Parameter)> Parameters(string name) =>
            [($"{name}.w_in", _weightIn), ($"{name}.b_in", _biasIn), ($"{name}.w_out", _weightOut), ($"{name}.b_out", _biasOut)];

        public void Initialize(Rng rng)
        {
            rng.For("w_in").Normal(_weightIn.Values, 1 / Math.Sqrt(Math.Max(1, _packedIn.Rows)));
            rng.For("w_out").Normal(_weightOut.Values, 0.01 / Math.Sqrt(Hidden));
            _biasIn.Values.Clear();
            _biasOut.Values.Clear();
        }

        public void Refresh()
        {
            _packedIn.PackTransposed(_weightIn.Values);
            _packedOut.PackTransposed(_weightOut.Values);
        }

        public Variable Forward(Tape<T> tape, Variable x) =>
            tape.Affine(tape.Silu(tape.Affine(x, _weightIn, _biasIn)), _weightOut, _biasOut);

        public void Evaluate(int rows, ReadOnlySpan<T> x, Span<T> y, Span<T> scratch)
        {
            Span<T> hidden = scratch[..(rows * Hidden)];
            Affine(rows, _packedIn, _biasIn, x, hidden);
            Span<T> gate = scratch.Slice(hidden.Length, hidden.Length);
            Elementary.Sigmoid<T>(hidden, gate);
            TensorPrimitives.Multiply<T>(hidden, gate, hidden);
            Affine(rows, _packedOut, _biasOut, hidden, y);
        }

        /// <summary>The first layer for questions whose inputs become known one after another.</summary>
        public GrowingLayer<T> Grow(int mostRows) => new(_packedIn.Rows, Hidden, _weightIn.Values, _biasIn.Values, mostRows);

        /// <summary>From the first layer's sums to some of the outputs, [rows, wanted].</summary>
        public void Finish(int rows, Span<T> hidden, Span<T> gate, (int Start, int Count) wanted, Span<T> y)
        {
            hidden = hidden[..(rows * Hidden)];
            gate = gate[..hidden.Length];
            Elementary.Sigmoid<T>(hidden, gate);
            TensorPrimitives.Multiply<T>(hidden, gate, hidden);
            for (int row = 0; row < rows; row++)
            {
                _biasOut.Values.Slice(wanted.Start, wanted.Count).CopyTo(y[(row * wanted.Count)..]);
            }

            MatrixProduct.AccumulateTransposedB<T>(rows, wanted.Count, Hidden, hidden, Hidden, _weightOut.Values[(wanted.Start * Hidden)..], Hidden, y, wanted.Count);
        }

        private static void Affine(int rows, PackedMatrix<T> weight, Parameter<T> bias, ReadOnlySpan<T> x, Span<T> y)
        {
            for (int row = 0; row < rows; row++)
            {
                bias.Values.CopyTo(y[(row * weight.Columns)..]);
            }

            weight.Accumulate(rows, x, weight.Rows, y, weight.Columns);
        }
    }
}
