using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Learning for weights of few bits: losses and gradients see rounded weights, updates go to the full ones.</summary>
/// <remarks>
/// The gradient passes through the rounding as if it were not there (straight-through estimator: Bengio, Léonard and Courville, 2013, section 4;
/// for stored weights Jacob et al., CVPR 2018, section 3). Scales follow the weights at every update. Where a format has a product of its own, losses are
/// computed by it, and gradients are those of exact products.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class RoundedWeights<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterSet<T> _parameters;
    private readonly StoredWeights[] _rounded;
    private readonly AlignedBuffer<T> _full;

    /// <summary>Room for the full weights of <paramref name="parameters"/> while the rounded ones are in place.</summary>
    public RoundedWeights(ParameterSet<T> parameters, WeightFormat format)
    {
        _parameters = parameters;
        _rounded = [.. parameters.Items.Select(item => format.Create(item.Parameter))];
        _full = new AlignedBuffer<T>(parameters.Length);
    }

    /// <summary>Puts the rounded weights in place of the full ones, which are kept.</summary>
    public void Show()
    {
        Span<T> full = _full.Span;
        for (int i = 0; i < _rounded.Length; i++)
        {
            Parameter<T> parameter = _parameters.Items[i].Parameter;
            parameter.Values.CopyTo(full);
            full = full[parameter.Length..];
            _rounded[i].Encode(parameter);
            _rounded[i].Decode(parameter);
        }
    }

    /// <summary>Puts the full weights back.</summary>
    public void Hide()
    {
        ReadOnlySpan<T> full = _full.Span;
        foreach ((_, Parameter<T> parameter) in _parameters.Items)
        {
            full[..parameter.Length].CopyTo(parameter.Values);
            full = full[parameter.Length..];
        }
    }
}
