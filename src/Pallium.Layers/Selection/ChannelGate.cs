using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>Lets through the channels that are worth their price: y[c] = x[c] m[group of c], with m = [l &gt; 0] in answers.</summary>
/// <remarks>
/// <code>
/// l = κ w                                  a logit per group; parameter w, [G]; κ so large that a logit moves while weights learn
/// m = σ((l + log u - log(1 - u))/τ)        in learning: u uniform, one per row of a window and group; log u - log(1 - u) is the difference of two Gumbel draws
/// τ = τ₁ (τ₂/τ₁)^(1 - ahead)               from the first temperature to the last
/// price loss = p Σ_g σ(l_g)                per slice: the price times how many are let through, on average
/// </code>
/// The price loss is λ times the mean mask, with λ = p G; σ(l) is the probability that l + log u - log(1 - u) is positive. Draws are keyed by the pass's noise and the
/// row's index in the whole batch, so that they do not depend on how a batch is cut. Without noise the mask is the hard one, through which no gradient reaches the logits.
/// Sources: Maddison et al. and Jang et al., both ICLR 2017 (the concrete distribution, of which this is the binary form); Louizos et al., ICLR 2018 (the price).
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class ChannelGate<T> : PositionwiseLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>κ: Adam moves a weight by about the learning rate per update, and a logit has to go from sure to sure the other way in some hundred.</summary>
    private const double LogitScale = 8;

    /// <summary>New groups are let through more often than not, so that weights learn from them before the price weighs.</summary>
    private const double FirstLogit = 1;

    private readonly ChannelGateOptions _options;
    private readonly int[] _groups;
    private readonly string[] _auxiliaryLosses;
    private readonly Parameter<T> _weight;
    private readonly T[] _logits;
    private readonly T[] _opens;
    private readonly T[] _mask;

    /// <summary>Creates the layer with logits of zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels, the price is negative, or a temperature is not positive.</exception>
    /// <exception cref="ArgumentException">There is not one group per channel, or their numbers have gaps.</exception>
    public ChannelGate(ChannelGateOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.Channels);
        ArgumentOutOfRangeException.ThrowIfNegative(options.Price);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.FirstTemperature);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.LastTemperature);
        _groups = [.. options.Groups ?? [.. Enumerable.Range(0, options.Channels)]];
        int count = _groups.Distinct().Count();
        if (_groups.Length != options.Channels || _groups.Min() != 0 || _groups.Max() != count - 1)
        {
            throw new ArgumentException($"Found groups {string.Join(", ", _groups)}, expected one for each of {options.Channels} channels, from 0 without gaps.", nameof(options));
        }

        _options = options;
        Inputs = options.Channels;
        _weight = new(count);
        _logits = new T[count];
        _opens = new T[count];
        _mask = new T[Inputs];
        _auxiliaryLosses = options.Price > 0 ? ["price"] : [];
        Refresh();
    }

    /// <inheritdoc/>
    public override int Inputs { get; }

    /// <summary>l, [G]; a group is let through where it is positive.</summary>
    public ReadOnlySpan<T> Logits => _logits;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => [("weight", _weight)];

    /// <inheritdoc/>
    public override LayerCost Cost => new(Inputs, 0, (long)_weight.Length * Unsafe.SizeOf<T>(), 0);

    /// <inheritdoc/>
    public override IReadOnlyList<string> AuxiliaryLosses => _auxiliaryLosses;

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        _weight.Values.Fill(T.CreateChecked(FirstLogit / LogitScale));
        Refresh();
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
        TensorPrimitives.Multiply(_weight.Values, T.CreateChecked(LogitScale), _logits);
        Elementary.Sigmoid<T>(_logits, _opens);
        for (int c = 0; c < _groups.Length; c++)
        {
            _mask[c] = _logits[_groups[c]] > T.Zero ? T.One : T.Zero;
        }
    }

    /// <summary>The mask of every row, [B, C].</summary>
    public override int TraceSize(int steps, int rows) => checked(rows * Inputs);

    /// <summary>One row's masks or their gradients, [G].</summary>
    public override int PassScratch(int steps, int rows) => _weight.Length;

    /// <inheritdoc/>
    public override void Forward(in SequencePass<T> pass)
    {
        this.CheckPass(pass);
        for (int row = 0; row < pass.Rows; row++)
        {
            Span<T> mask = pass.Trace.Slice(row * Inputs, Inputs);
            Draw(pass, row, mask);
            for (int slice = row; slice < pass.Elapsed.Length; slice += pass.Rows)
            {
                TensorPrimitives.Multiply(pass.Inputs.Slice(slice * Inputs, Inputs), mask, pass.Outputs.Slice(slice * Inputs, Inputs));
            }
        }

        if (!pass.Auxiliary.IsEmpty && _options.Price > 0)
        {
            pass.Auxiliary[0] += T.CreateChecked(_options.Price * pass.Elapsed.Length) * Reduction.Sum<T>(_opens);
        }
    }

    /// <inheritdoc/>
    public override (StepNode Outputs, StepNode? State) Describe(StepGraph<T> graph, StepNode inputs, StepNode elapsed, StepNode? state)
    {
        ArgumentNullException.ThrowIfNull(graph);
        StepNode opens = graph.IsNotZero(graph.Max(graph.Constant(_weight), graph.Constant(T.Zero)));
        return (graph.Multiply(inputs, graph.Gather(opens, _groups)), null);
    }

    /// <inheritdoc/>
    protected override void Apply(int slices, ReadOnlySpan<T> inputs, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            TensorPrimitives.Multiply(inputs.Slice(slice * Inputs, Inputs), _mask, outputs.Slice(slice * Inputs, Inputs));
        }
    }

    /// <inheritdoc/>
    protected override void ApplyBackward(int slices, in SequencePass<T> pass, in SequenceGradients<T> gradients)
    {
        for (int row = 0; row < pass.Rows && !gradients.Inputs.IsEmpty; row++)
        {
            ReadOnlySpan<T> mask = pass.Trace.Slice(row * Inputs, Inputs);
            for (int slice = row; slice < slices; slice += pass.Rows)
            {
                Span<T> dx = gradients.Inputs.Slice(slice * Inputs, Inputs);
                TensorPrimitives.FusedMultiplyAdd(gradients.Outputs.Slice(slice * Inputs, Inputs), mask, dx, dx);
            }
        }

        Span<T> dWeight = gradients.Parameters[_weight];
        T scale = T.CreateChecked(LogitScale);
        if (pass.Noise is not null)
        {
            T slope = scale / Temperature(pass.Ahead);
            for (int row = 0; row < pass.Rows; row++)
            {
                AddRow(row, pass, gradients.Outputs, slope, dWeight);
            }
        }

        if (!gradients.Auxiliary.IsEmpty && _options.Price > 0)
        {
            T price = gradients.Auxiliary[0] * scale * T.CreateChecked(_options.Price * slices);
            for (int group = 0; group < dWeight.Length; group++)
            {
                dWeight[group] += price * _opens[group] * (T.One - _opens[group]);
            }
        }
    }

    /// <summary>Adds what one row's slices say of w: κ/τ m (1 - m) Σ dy x.</summary>
    private void AddRow(int row, in SequencePass<T> pass, ReadOnlySpan<T> dOutputs, T slope, Span<T> dWeight)
    {
        Span<T> dMask = pass.Scratch[.._weight.Length];
        dMask.Clear();
        for (int slice = row; slice < pass.Elapsed.Length; slice += pass.Rows)
        {
            ReadOnlySpan<T> x = pass.Inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> dy = dOutputs.Slice(slice * Inputs, Inputs);
            for (int c = 0; c < x.Length; c++)
            {
                ref T d = ref dMask[_groups[c]];
                d = T.FusedMultiplyAdd(dy[c], x[c], d);
            }
        }

        // Channels of a group share its mask: it is taken from any of them, once.
        ReadOnlySpan<T> mask = pass.Trace.Slice(row * Inputs, Inputs);
        for (int c = 0; c < mask.Length; c++)
        {
            ref T d = ref dMask[_groups[c]];
            dWeight[_groups[c]] += slope * mask[c] * (T.One - mask[c]) * d;
            d = T.Zero;
        }
    }

    /// <summary>Writes one row's mask: drawn in learning, else the hard one.</summary>
    private void Draw(in SequencePass<T> pass, int row, Span<T> mask)
    {
        if (pass.Noise is not { } noise)
        {
            _mask.CopyTo(mask);
            return;
        }

        Rng rng = noise.For(pass.FirstRow + row);
        T temperature = Temperature(pass.Ahead);
        Span<T> ofGroup = pass.Scratch[.._weight.Length];
        for (int group = 0; group < ofGroup.Length; group++)
        {
            // The middles of 2⁵² equal intervals: neither 0 nor 1.
            double u = ((rng.NextBits() >> 12) + 0.5) * (1.0 / (1UL << 52));
            ofGroup[group] = (_logits[group] + T.CreateChecked(Elementary.Log(u) - Elementary.Log1p(-u))) / temperature;
        }

        Elementary.Sigmoid<T>(ofGroup, ofGroup);
        for (int c = 0; c < mask.Length; c++)
        {
            mask[c] = ofGroup[_groups[c]];
        }
    }

    private T Temperature(double ahead) =>
        T.CreateChecked(_options.FirstTemperature * Elementary.Pow(_options.LastTemperature / _options.FirstTemperature, 1 - ahead));
}
