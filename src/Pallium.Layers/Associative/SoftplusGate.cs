using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Δ = softplus(x + b), or, as a log decay, g = -exp(A_log) Δ; parameters dt_bias b [C] and A_log [C].</summary>
/// <remarks>
/// Begins with spans Δ spread evenly by their logarithm over 0.001 to 0.1 and rates exp(A_log) evenly from 1 to 16.
/// Source: Gu and Dao, 2023 (Mamba), section 3.6; Yang et al., ICLR 2025 (gated delta networks).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class SoftplusGate<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly Parameter<T> _bias;
    private readonly Parameter<T>? _rate;
    private readonly T[] _factors;
    private readonly int _channels;
    private readonly int _groups;

    /// <summary>Creates the layer with zero parameters.</summary>
    /// <param name="channels">C.</param>
    /// <param name="isDecay">Whether log decays are given, and not spans.</param>
    /// <param name="groups">Groups of C channels, one after another, that share the parameters.</param>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels.</exception>
    public SoftplusGate(int channels, bool isDecay, int groups = 1)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(channels);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(groups);
        Inputs = checked(channels * groups);
        (_channels, _groups) = (channels, groups);
        _bias = new(channels);
        _rate = isDecay ? new(channels) : null;
        _factors = new T[channels];
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters =>
        _rate is null ? [("dt_bias", _bias)] : [("A_log", _rate), ("dt_bias", _bias)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(2 * Inputs, Inputs, (_rate is null ? 1L : 2L) * _channels * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        rng.For("dt_bias").Uniform(_bias.Values, Elementary.Log(0.001), Elementary.Log(0.1));
        for (int channel = 0; channel < _channels; channel++)
        {
            double span = Elementary.Exp(double.CreateChecked(_bias.Values[channel]));
            _bias.Values[channel] = T.CreateChecked(Elementary.SoftplusInverse(span));
        }

        if (_rate is not null)
        {
            rng.For("A_log").Uniform(_rate.Values, 1, 16);
            Elementary.Log(_rate.Values, _rate.Values);
        }

        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        if (_rate is null)
        {
            _factors.AsSpan().Fill(T.One);
            return;
        }

        Elementary.Exp(_rate.Values, _factors);
        TensorPrimitives.Negate(_factors, _factors);
    }

    /// <inheritdoc/>
    public override int PassScratch(int steps, int rows) => 3 * SpanCarver.Room(_channels);

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        int[] shared = [.. Enumerable.Range(0, Inputs).Select(channel => channel % _channels)];
        StepNode Shared(Parameter<T> parameter) => graph.Gather(graph.Constant(parameter), shared);
        StepNode span = graph.Softplus(graph.Add(inputs, Shared(_bias)));
        return (_rate is null ? span : graph.Subtract(graph.Constant(T.Zero), graph.Multiply(graph.Exp(Shared(_rate)), span)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int group = 0; group < slices * _groups; group++)
        {
            Span<T> y = outputs.Slice(group * _channels, _channels);
            TensorPrimitives.Add(inputs.Slice(group * _channels, _channels), _bias.Values, y);
            Elementary.Softplus(y, y);
            TensorPrimitives.Multiply(y, _factors, y);
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        var carver = new SpanCarver<T>(pass.Scratch);
        Span<T> shifted = carver.Take(_channels);
        Span<T> dSpan = carver.Take(_channels);
        Span<T> dShifted = carver.Take(_channels);
        Span<T> dBias = gradients.Parameters[_bias];
        for (int group = 0; group < slices * _groups; group++)
        {
            ReadOnlySpan<T> dy = gradients.Outputs.Slice(group * _channels, _channels);
            TensorPrimitives.Add(pass.Inputs.Slice(group * _channels, _channels), _bias.Values, shifted);
            TensorPrimitives.Multiply(dy, _factors, dSpan);
            dShifted.Clear();
            Elementary.SoftplusBackward(shifted, dSpan, dShifted);
            TensorPrimitives.Add(dBias, dShifted, dBias);
            if (_rate is not null)
            {
                // With g = -exp(A_log) Δ: d A_log += g dg.
                Span<T> dRate = gradients.Parameters[_rate];
                TensorPrimitives.FusedMultiplyAdd(pass.Outputs.Slice(group * _channels, _channels), dy, dRate, dRate);
            }

            if (!gradients.Inputs.IsEmpty)
            {
                Span<T> dx = gradients.Inputs.Slice(group * _channels, _channels);
                TensorPrimitives.Add(dx, dShifted, dx);
            }
        }
    }
}
