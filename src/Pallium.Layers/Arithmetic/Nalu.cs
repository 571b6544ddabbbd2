using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="Nalu{T}"/> is made from.</summary>
/// <param name="Inputs">Channels I of x.</param>
/// <param name="Outputs">Channels O of y.</param>
public sealed record NaluOptions(int Inputs, int Outputs)
{
    /// <summary>ε, added to |x| before its logarithm, positive.</summary>
    public double Epsilon { get; init; } = 1e-7;
}

/// <summary>Neural arithmetic logic unit: sums a = W x and products m = exp(W log(|x| + ε)) with the same W, and a gate between them, y = g a + (1 - g) m, g = σ(G x).</summary>
/// <remarks>
/// W = tanh(Ŵ) ⊙ σ(M̂); parameters W_hat, M_hat and G, [O, I]. Products are never negative, and learning is unstable near 0: <see cref="Nau{T}"/> and
/// <see cref="Nmu{T}"/> are the reliable pair. The record of a slice is log(|x| + ε) | a | m | g. Source: Trask et al., NeurIPS 2018 (arXiv 1808.00508).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Nalu<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int FromInputs = 0;
    private readonly T _epsilon;
    private readonly AccumulatorWeights<T> _weights;
    private readonly Parameter<T> _gate;
    private readonly AffineMap<T> _gateMap;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A size or ε is not positive.</exception>
    public Nalu(NaluOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Inputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Outputs);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Epsilon);
        (Inputs, Outputs) = (options.Inputs, options.Outputs);
        _epsilon = T.CreateChecked(options.Epsilon);
        _weights = new AccumulatorWeights<T>(Inputs, Outputs);
        _gate = new(Outputs, Inputs);
        _gateMap = new AffineMap<T>(Outputs, Inputs);
        _gateMap.AddWeight(_gate);
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override int Outputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [.. _weights.Parameters, ("G", _gate)];

    /// <inheritdoc/>
    public override LayerCost Cost => new((3L * Inputs * Outputs) + (2L * Outputs), Inputs + (2L * Outputs), 3L * _gate.Length * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    protected override int RecordSize => Inputs + (3 * Outputs);

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        _weights.Initialize(rng);
        Initialization.Glorot(_gate, rng.For("G"));
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        _weights.Refresh();
        _gateMap.Refresh();
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) =>
        SpanCarver.Room(_weights.Length) + (3 * SpanCarver.Room(steps * rows * Outputs)) + SpanCarver.Room(steps * rows * Inputs);

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode weights = _weights.Describe(graph);
        StepNode sum = graph.Affine(weights, inputs);
        StepNode product = graph.Exp(graph.Affine(weights, graph.Log(graph.Add(graph.Apply(StepOperation.Abs, inputs), graph.Constant(_epsilon)))));
        StepNode gate = graph.Sigmoid(graph.Affine(graph.Constant(_gate), inputs));
        return (graph.Add(graph.Multiply(gate, sum), graph.Multiply(graph.Subtract(graph.Constant(T.One), gate), product)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            Span<T> log = records.Slice(slice * RecordSize, Inputs);
            TensorPrimitives.Abs(inputs.Slice(slice * Inputs, Inputs), log);
            TensorPrimitives.Add(log, _epsilon, log);
            Elementary.Log(log, log);
        }

        _weights.Apply(slices, inputs, Inputs, records[Inputs..], RecordSize);
        _weights.Apply(slices, records, RecordSize, records[(Inputs + Outputs)..], RecordSize);
        _gateMap.Apply(slices, inputs, Inputs, records[(Inputs + (2 * Outputs))..], RecordSize);
        for (int slice = 0; slice < slices; slice++)
        {
            Parts(records, slice, out Span<T> sum, out Span<T> product, out Span<T> gate);
            Elementary.Exp(product, product);
            Elementary.Sigmoid(gate, gate);
            Span<T> y = outputs.Slice(slice * Outputs, Outputs);
            TensorPrimitives.Subtract(T.One, gate, y);
            TensorPrimitives.Multiply(y, product, y);
            TensorPrimitives.FusedMultiplyAdd(gate, sum, y, y);
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> dWeights = carver.Take(_weights.Length);
        Span<T> dSum = carver.Take(slices * Outputs);
        Span<T> dExponent = carver.Take(slices * Outputs);
        Span<T> dGate = carver.Take(slices * Outputs);
        Span<T> dLog = carver.Take(slices * Inputs);
        for (int slice = 0; slice < slices; slice++)
        {
            Parts(pass.Trace, slice, out Span<T> sum, out Span<T> product, out Span<T> gate);
            for (int o = 0; o < Outputs; o++)
            {
                int at = (slice * Outputs) + o;
                T dy = gradients.Outputs[at];
                T g = gate[o];
                dSum[at] = dy * g;
                dExponent[at] = dy * (T.One - g) * product[o];
                dGate[at] = dy * (sum[o] - product[o]) * g * (T.One - g);
            }
        }

        dWeights.Clear();
        _weights.AccumulateWeights(slices, dSum, pass.Inputs, Inputs, dWeights);
        _weights.AccumulateWeights(slices, dExponent, pass.Trace, RecordSize, dWeights);
        _weights.Distribute(dWeights, gradients.Parameters);
        _gateMap.AccumulateParameters(slices, dGate, pass.Inputs, Inputs, gradients.Parameters, []);
        if (gradients.Inputs.IsEmpty)
        {
            return;
        }

        _weights.AccumulateInputs(slices, dSum, gradients.Inputs);
        _gateMap.AccumulateInputs(FromInputs, slices, dGate, gradients.Inputs);
        dLog.Clear();
        _weights.AccumulateInputs(slices, dExponent, dLog);
        for (int i = 0; i < dLog.Length; i++)
        {
            // The derivative of |x| is the sign of x, 0 at 0.
            T x = pass.Inputs[i];
            gradients.Inputs[i] += T.IsZero(x) ? T.Zero : dLog[i] / (x + T.CopySign(_epsilon, x));
        }
    }

    private void Parts(Span<T> records, int slice, out Span<T> sum, out Span<T> product, out Span<T> gate)
    {
        Span<T> record = records.Slice((slice * RecordSize) + Inputs, 3 * Outputs);
        sum = record[..Outputs];
        product = record.Slice(Outputs, Outputs);
        gate = record[(2 * Outputs)..];
    }
}
