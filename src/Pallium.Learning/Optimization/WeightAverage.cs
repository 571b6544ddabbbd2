using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>An exponential running mean of the weights, w̄ ← d·w̄ + (1-d)·w, which often answers better than the last weights.</summary>
/// <remarks>Source: Polyak and Juditsky, 1992; exponential form as in Tarvainen and Valpola, NIPS 2017.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class WeightAverage<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterSet<T> _parameters;
    private readonly double _decay;
    private readonly AlignedBuffer<T> _average;

    /// <summary>An average that has seen nothing.</summary>
    /// <param name="parameters">Whose values to average.</param>
    /// <param name="decay">d, in [0, 1); early on, (1+n)/(10+n) where that is smaller.</param>
    public WeightAverage(ParameterSet<T> parameters, double decay)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        ArgumentOutOfRangeException.ThrowIfNegative(decay);
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(decay, 1);
        _parameters = parameters;
        _decay = decay;
        _average = new AlignedBuffer<T>(parameters.Length);
    }

    /// <summary>The average (the present values while exchanged), in the order of the set.</summary>
    internal Span<T> Values => _average.Span;

    /// <summary>How often values were taken in.</summary>
    internal long Count { get; set; }

    /// <summary>Takes in the present values.</summary>
    public void Add()
    {
        double decay = Count == 0 ? 0 : Math.Min(_decay, (1.0 + Count) / (10.0 + Count));
        Count++;
        T keep = T.CreateChecked(decay);
        T take = T.CreateChecked(1 - decay);
        Span<T> average = _average.Span;
        foreach ((_, Parameter<T> parameter) in _parameters.Items)
        {
            ReadOnlySpan<T> values = parameter.Values;
            for (int i = 0; i < values.Length; i++)
            {
                // The mean of equal numbers may differ from them in the last bit.
                average[i] = parameter.IsFrozen ? values[i] : (keep * average[i]) + (take * values[i]);
            }

            average = average[values.Length..];
        }
    }

    /// <summary>Exchanges the present values and the average; a second call puts them back.</summary>
    public void Swap()
    {
        Span<T> average = _average.Span;
        foreach ((_, Parameter<T> parameter) in _parameters.Items)
        {
            Span<T> values = parameter.Values;
            for (int i = 0; i < values.Length; i++)
            {
                (average[i], values[i]) = (values[i], average[i]);
            }

            average = average[values.Length..];
        }
    }
}
