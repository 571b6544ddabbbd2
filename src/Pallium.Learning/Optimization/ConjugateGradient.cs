using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Nonlinear conjugate gradient, Polak-Ribière+ with restarts.</summary>
/// <remarks>
/// p = -g + β p, β = max(0, g·(g - g')/(g'·g')), g' being the gradient before. It begins again with -g where successive gradients are far from orthogonal,
/// |g·g'| ≥ 0.1 g·g, after as many steps as there are numbers, and where p leads uphill. With exact line searches it solves a quadratic in n numbers in n steps.
/// Source: Nocedal and Wright, 2006, algorithm 5.4 with (5.45) and restarts by (5.52); first steps by section 3.5.
/// </remarks>
/// <param name="parameters">What is changed.</param>
/// <param name="options">When to end; null: the defaults.</param>
public sealed class ConjugateGradient(ParameterSet<double> parameters, DescentOptions? options = null) : LineDescent(parameters, options, 0.1)
{
    private const double FarFromOrthogonal = 0.1;
    private readonly double[] _direction = new double[parameters.Length];
    private double _beta;
    private double _reach;
    private int _since;

    private protected override void Forget() => (_beta, _reach, _since) = (0, 0, 0);

    private protected override void Direct(ReadOnlySpan<double> gradient, Span<double> direction)
    {
        for (int i = 0; i < direction.Length; i++)
        {
            direction[i] = (_beta == 0 ? 0 : _beta * _direction[i]) - gradient[i];
        }

        if (_beta != 0 && Reduction.Dot(gradient, direction) >= 0)
        {
            Forget();
            Direct(gradient, direction);
            return;
        }

        direction.CopyTo(_direction);
    }

    private protected override double FirstStep(ReadOnlySpan<double> gradient, double slope) => _reach < 0 ? _reach / slope : Cautious(gradient);

    private protected override void Learn(
        ReadOnlySpan<double> gradient, ReadOnlySpan<double> nextGradient, ReadOnlySpan<double> point, ReadOnlySpan<double> nextPoint, double reach)
    {
        double before = Reduction.SumOfSquares(gradient);
        double after = Reduction.SumOfSquares(nextGradient);
        double both = Reduction.Dot(nextGradient, gradient);
        _since++;
        bool restarts = _since >= _direction.Length || Math.Abs(both) >= FarFromOrthogonal * after;
        _since = restarts ? 0 : _since;
        _beta = restarts ? 0 : Math.Max(0, (after - both) / before);
        _reach = reach;
    }
}
