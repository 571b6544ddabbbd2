using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>What <see cref="Adam{T}"/> is made from.</summary>
public sealed record AdamOptions
{
    /// <summary>Decay of the mean gradient β₁, in [0, 1).</summary>
    public double Beta1 { get; init; } = 0.9;

    /// <summary>Decay of the mean squared gradient β₂, in [0, 1).</summary>
    public double Beta2 { get; init; } = 0.999;

    /// <summary>Added to the root of the mean square ε, positive.</summary>
    public double Epsilon { get; init; } = 1e-8;

    /// <summary>Decoupled weight decay per unit of learning rate (AdamW), for parameters that decay; 0 is plain Adam.</summary>
    public double WeightDecay { get; init; }
}

/// <summary>Adam, and AdamW where weight decay is set.</summary>
/// <remarks>
/// m ← β₁m + (1-β₁)g, v ← β₂v + (1-β₂)g², w ← w - rate·(m̂/(√v̂ + ε) + decay·w), with m̂, v̂ corrected for their zero start.
/// Sources: Kingma and Ba, ICLR 2015, algorithm 1; Loshchilov and Hutter, ICLR 2019, algorithm 2.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
public sealed class Adam<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly ParameterSet<T> _parameters;
    private readonly AdamOptions _options;
    private readonly AlignedBuffer<T> _mean;
    private readonly AlignedBuffer<T> _square;
    private double _power1 = 1;
    private double _power2 = 1;

    /// <summary>An optimiser at step 0 for the given parameters.</summary>
    /// <exception cref="ArgumentOutOfRangeException">A decay lies outside [0, 1), or ε is not positive.</exception>
    public Adam(ParameterSet<T> parameters, AdamOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _options = options ?? new AdamOptions();
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Beta1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_options.Beta1, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.Beta2, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_options.Beta2, 1, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.Epsilon, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.WeightDecay, nameof(options));
        _parameters = parameters;
        _mean = new AlignedBuffer<T>(parameters.Length);
        _square = new AlignedBuffer<T>(parameters.Length);
    }

    /// <summary>Updates done.</summary>
    public long Steps { get; private set; }

    /// <summary>m, in the order of the set, for saving.</summary>
    public Span<T> Mean => _mean.Span;

    /// <summary>v, in the order of the set, for saving.</summary>
    public Span<T> Square => _square.Span;

    /// <summary>Takes up after <paramref name="steps"/> updates whose moments were put into <see cref="Mean"/> and <see cref="Square"/>.</summary>
    public void Resume(long steps)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(steps);
        Steps = steps;
        _power1 = Power(_options.Beta1, steps);
        _power2 = Power(_options.Beta2, steps);
    }

    /// <summary>One update of what is not frozen; then parameters with bounds are clipped to them.</summary>
    /// <param name="gradients">d loss / d parameters.</param>
    /// <param name="rate">Learning rate.</param>
    public void Step(Gradients<T> gradients, double rate)
    {
        ArgumentNullException.ThrowIfNull(gradients);
        Steps++;
        _power1 *= _options.Beta1;
        _power2 *= _options.Beta2;
        var constants = new Constants(
            T.CreateChecked(_options.Beta1),
            T.CreateChecked(1 - _options.Beta1),
            T.CreateChecked(_options.Beta2),
            T.CreateChecked(1 - _options.Beta2),
            T.CreateChecked(_options.Epsilon),
            T.CreateChecked(rate / (1 - _power1)),
            T.CreateChecked(1 / (1 - _power2)));
        int offset = 0;
        foreach ((_, Parameter<T> parameter) in _parameters.Items)
        {
            if (parameter.IsFrozen)
            {
                offset += parameter.Length;
                continue;
            }

            T decay = T.CreateChecked(parameter.Decays ? 1 - (rate * _options.WeightDecay) : 1);
            Span<T> values = parameter.Values;
            Update(gradients[parameter], values, _mean.Span.Slice(offset, values.Length), _square.Span.Slice(offset, values.Length), decay, constants);
            if (parameter.Minimum is double minimum)
            {
                TensorPrimitives.Max(values, T.CreateChecked(minimum), values);
            }

            if (parameter.Maximum is double maximum)
            {
                TensorPrimitives.Min(values, T.CreateChecked(maximum), values);
            }

            offset += values.Length;
        }
    }

    private static void Update(ReadOnlySpan<T> gradient, Span<T> values, Span<T> mean, Span<T> square, T decay, in Constants constants)
    {
        if (LaneWidth.Is512)
        {
            Update<Lanes512<T>>(gradient, values, mean, square, decay, constants);
        }
        else if (LaneWidth.Is256)
        {
            Update<Lanes256<T>>(gradient, values, mean, square, decay, constants);
        }
        else
        {
            Update<Lanes128<T>>(gradient, values, mean, square, decay, constants);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Update<V>(ReadOnlySpan<T> gradient, Span<T> values, Span<T> mean, Span<T> square, T decay, in Constants constants)
        where V : unmanaged, ILanes<V, T>
    {
        int i = 0;
        for (; i <= values.Length - V.Count; i += V.Count)
        {
            V g = V.Load(in gradient[0], (nuint)i);
            V m = V.MultiplyAdd(V.Broadcast(constants.Keep1), V.Load(in mean[0], (nuint)i), V.Broadcast(constants.Take1) * g);
            V v = V.MultiplyAdd(V.Broadcast(constants.Keep2), V.Load(in square[0], (nuint)i), V.Broadcast(constants.Take2) * (g * g));
            V root = V.Sqrt(v * V.Broadcast(constants.Correction)) + V.Broadcast(constants.Epsilon);
            V w = (V.Load(in values[0], (nuint)i) * V.Broadcast(decay)) - (V.Broadcast(constants.Rate) * m / root);
            V.Store(m, ref mean[0], (nuint)i);
            V.Store(v, ref square[0], (nuint)i);
            V.Store(w, ref values[0], (nuint)i);
        }

        for (; i < values.Length; i++)
        {
            T g = gradient[i];
            mean[i] = T.FusedMultiplyAdd(constants.Keep1, mean[i], constants.Take1 * g);
            square[i] = T.FusedMultiplyAdd(constants.Keep2, square[i], constants.Take2 * (g * g));
            T root = T.Sqrt(square[i] * constants.Correction) + constants.Epsilon;
            values[i] = (values[i] * decay) - (constants.Rate * mean[i] / root);
        }
    }

    // By squaring, so that taking up a saved optimiser needs no logarithm; it may differ from the running product in the last bits.
    private static double Power(double x, long n)
    {
        double result = 1;
        for (; n > 0; n >>= 1, x *= x)
        {
            result = (n & 1) == 1 ? result * x : result;
        }

        return result;
    }

    private readonly record struct Constants(T Keep1, T Take1, T Keep2, T Take2, T Epsilon, T Rate, T Correction);
}
