using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>What a <see cref="TokenShift{T}"/> is made from.</summary>
/// <param name="Channels">Channels I of x.</param>
/// <param name="Mixes">The mixes, in the order in which they are given.</param>
public sealed record TokenShiftOptions(int Channels, params IReadOnlyList<TokenMix> Mixes);

/// <summary>Token shift: mixes of a slice with the one before, y = [x + μ (x[t-1] - x), ...], one after another, with a parameter mix_* [I] each.</summary>
/// <remarks>
/// The state row is the last x; before the first slice it is 0. μ is the share of the slice before; the first papers write 1 - μ.
/// Source: Peng et al., EMNLP 2023 Findings (arXiv 2305.13048), section 3.1.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class TokenShift<T> : TokenShiftLayer<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly TokenMix[] _mixes;
    private readonly Parameter<T>[] _shares;

    /// <summary>Creates the layer with shares of zero.</summary>
    /// <exception cref="ArgumentOutOfRangeException">There are no channels or no mixes.</exception>
    public TokenShift(TokenShiftOptions options)
        : base((options ?? throw new ArgumentNullException(nameof(options))).Channels)
    {
        ArgumentOutOfRangeException.ThrowIfZero(options.Mixes.Count);
        _mixes = [.. options.Mixes];
        _shares = [.. _mixes.Select(_ => new Parameter<T>(Inputs))];
    }

    /// <inheritdoc/>
    public override int Outputs => _mixes.Length * Inputs;

    /// <inheritdoc/>
    public override IEnumerable<(string Name, Parameter<T> Parameter)> Parameters => _mixes.Select((mix, i) => (mix.ParameterName, _shares[i]));

    /// <inheritdoc/>
    public override LayerCost Cost => new(Outputs, 0, Outputs * Unsafe.SizeOf<T>(), StateSize * Unsafe.SizeOf<T>());

    /// <inheritdoc/>
    public override void Initialize(Rng rng)
    {
        for (int i = 0; i < _mixes.Length; i++)
        {
            _mixes[i].Draw(_shares[i]);
        }
    }

    /// <inheritdoc/>
    public override void Refresh()
    {
    }

    private protected override void Mix(int slices, ReadOnlySpan<T> inputs, ReadOnlySpan<T> differences, Span<T> outputs, Span<T> records)
    {
        for (int slice = 0; slice < slices; slice++)
        {
            ReadOnlySpan<T> x = inputs.Slice(slice * Inputs, Inputs);
            ReadOnlySpan<T> d = differences.Slice(slice * Inputs, Inputs);
            Span<T> y = outputs.Slice(slice * Outputs, Outputs);
            for (int i = 0; i < _shares.Length; i++)
            {
                TensorPrimitives.FusedMultiplyAdd(d, _shares[i].Values, x, y.Slice(i * Inputs, Inputs));
            }
        }
    }

    private protected override void MixBackward(in SequencePass<T> pass, in SequenceGradients<T> gradients, Span<T> dDifferences, Span<T> scratch)
    {
        ReadOnlySpan<T> differences = Differences(pass);
        for (int place = 0; place < differences.Length; place += Inputs)
        {
            ReadOnlySpan<T> d = differences.Slice(place, Inputs);
            Span<T> dd = dDifferences.Slice(place, Inputs);
            for (int i = 0; i < _shares.Length; i++)
            {
                ReadOnlySpan<T> dy = gradients.Outputs.Slice((place * _shares.Length) + (i * Inputs), Inputs);
                Span<T> dShare = gradients.Parameters[_shares[i]];
                TensorPrimitives.FusedMultiplyAdd(dy, d, dShare, dShare);
                TensorPrimitives.FusedMultiplyAdd(dy, _shares[i].Values, dd, dd);
                if (!gradients.Inputs.IsEmpty)
                {
                    Span<T> dx = gradients.Inputs.Slice(place, Inputs);
                    TensorPrimitives.Add(dx, dy, dx);
                }
            }
        }
    }

    private protected override StepNode DescribeMix(StepGraph<T> graph, StepNode inputs, StepNode difference) =>
        graph.Concatenate([.. _shares.Select(share => graph.Add(inputs, graph.Multiply(difference, graph.Constant(share))))]);
}
