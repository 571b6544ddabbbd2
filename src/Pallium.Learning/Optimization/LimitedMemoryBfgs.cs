using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>L-BFGS: Newton's direction with the curvature of the last m steps.</summary>
/// <remarks>
/// p = -H g by the two-loop recursion over pairs s = x' - x, y = g' - g, starting from (s·y)/(y·y) of the newest pair; O(m n) a step.
/// A pair without positive curvature is left out. Source: Nocedal and Wright, 2006, algorithms 7.4 and 7.5 with (7.20).
/// </remarks>
public sealed class LimitedMemoryBfgs : LineDescent
{
    private readonly double[][] _s;
    private readonly double[][] _y;
    private readonly double[] _curvatures;
    private readonly double[] _alphas;
    private double[] _moved;
    private double[] _turned;
    private long _pairs;

    /// <summary>A method without a past.</summary>
    /// <param name="parameters">What is changed.</param>
    /// <param name="options">When to end; null: the defaults.</param>
    /// <param name="memory">m, pairs that are kept, positive.</param>
    public LimitedMemoryBfgs(ParameterSet<double> parameters, DescentOptions? options = null, int memory = 10)
        : base(parameters, options, 0.9)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(memory);
        _s = [.. Enumerable.Range(0, memory).Select(_ => new double[parameters.Length])];
        _y = [.. Enumerable.Range(0, memory).Select(_ => new double[parameters.Length])];
        _curvatures = new double[memory];
        _alphas = new double[memory];
        _moved = new double[parameters.Length];
        _turned = new double[parameters.Length];
    }

    private int Memory => _s.Length;

    private protected override void Forget() => _pairs = 0;

    private protected override void Direct(ReadOnlySpan<double> gradient, Span<double> direction)
    {
        TensorPrimitives.Negate(gradient, direction);
        long oldest = Math.Max(0, _pairs - Memory);
        for (long pair = _pairs - 1; pair >= oldest; pair--)
        {
            int k = (int)(pair % Memory);
            _alphas[k] = Reduction.Dot<double>(_s[k], direction) / _curvatures[k];
            TensorPrimitives.MultiplyAdd(_y[k], -_alphas[k], direction, direction);
        }

        if (_pairs > 0)
        {
            int newest = (int)((_pairs - 1) % Memory);
            TensorPrimitives.Multiply(direction, _curvatures[newest] / Reduction.SumOfSquares<double>(_y[newest]), direction);
        }

        for (long pair = oldest; pair < _pairs; pair++)
        {
            int k = (int)(pair % Memory);
            double beta = Reduction.Dot<double>(_y[k], direction) / _curvatures[k];
            TensorPrimitives.MultiplyAdd(_s[k], _alphas[k] - beta, direction, direction);
        }
    }

    private protected override double FirstStep(ReadOnlySpan<double> gradient, double slope) => _pairs == 0 ? Cautious(gradient) : 1;

    private protected override void Learn(
        ReadOnlySpan<double> gradient, ReadOnlySpan<double> nextGradient, ReadOnlySpan<double> point, ReadOnlySpan<double> nextPoint, double reach)
    {
        TensorPrimitives.Subtract(nextPoint, point, _moved);
        TensorPrimitives.Subtract(nextGradient, gradient, _turned);
        double curvature = Reduction.Dot<double>(_moved, _turned);

        // Below this s·y is rounding.
        if (curvature > 1e-14 * Math.Sqrt(Reduction.SumOfSquares<double>(_moved) * Reduction.SumOfSquares<double>(_turned)))
        {
            int k = (int)(_pairs % Memory);
            (_s[k], _moved) = (_moved, _s[k]);
            (_y[k], _turned) = (_turned, _y[k]);
            _curvatures[k] = curvature;
            _pairs++;
        }
    }
}
