using System.Numerics.Tensors;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>Descent over all data at once, in double: a direction, a line search along it, and again.</summary>
/// <remarks>
/// The loss never rises. Frozen parameters stay as they are, to the bit; bounds are not kept, so that a bounded parameter must be frozen. A step into what
/// is not finite is shortened. Where no step along the direction helps, what was remembered is forgotten and the steepest descent tried.
/// </remarks>
public abstract class LineDescent
{
    private readonly DescentOptions _options;
    private readonly double _curvature;

    private protected LineDescent(ParameterSet<double> parameters, DescentOptions? options, double curvature)
    {
        ArgumentNullException.ThrowIfNull(parameters);
        _options = options ?? new DescentOptions();
        _curvature = _options.Curvature ?? curvature;
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.Evaluations, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegative(_options.GradientTolerance, nameof(options));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(_options.SufficientDecrease, nameof(options));
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(_curvature, _options.SufficientDecrease, nameof(options));
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(_curvature, 1, nameof(options));
        Parameters = parameters;
    }

    /// <summary>What is changed.</summary>
    public ParameterSet<double> Parameters { get; }

    /// <summary>Descends from the present values. Afterwards, also after an exception, the parameters hold the best values.</summary>
    /// <exception cref="NotSupportedException">A parameter that is not frozen has bounds.</exception>
    /// <exception cref="DivergenceException">Loss or gradient is not finite at the start, or the loss falls without end.</exception>
    public DescentOutcome Minimize(LossGradient loss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        int n = Parameters.Length;
        var surface = new LossSurface(Parameters, loss, _options.Evaluations);
        var search = new WolfeSearch(surface, n, _options.SufficientDecrease, _curvature);
        double[] point = new double[n];
        double[] gradient = new double[n];
        double[] direction = new double[n];
        surface.Read(point);
        double start = surface.Evaluate(point, gradient);
        if (!double.IsFinite(start))
        {
            throw new DivergenceException($"Descent cannot begin: {surface.Fault}; finite numbers were expected.");
        }

        double now = start;
        int steps = 0;
        bool fresh = true;
        Forget();
        try
        {
            while (true)
            {
                if (Ending(now, gradient, surface.Left) is { } ending)
                {
                    return new DescentOutcome(ending, steps, surface.Evaluations, start, now, Largest(gradient));
                }

                Direct(gradient, direction);
                double slope = Reduction.Dot<double>(gradient, direction);
                LinePoint? found = slope < 0 ? search.Search(point, direction, now, slope, FirstStep(gradient, slope)) : null;
                if (found is { } step)
                {
                    Learn(gradient, search.Gradient, point, search.Point, step.Step * slope);
                    search.Point.CopyTo(point, 0);
                    search.Gradient.CopyTo(gradient, 0);
                    now = step.Loss;
                    steps++;
                    fresh = false;
                }
                else if (fresh && surface.Left > 0)
                {
                    return new DescentOutcome(DescentEnding.Stalled, steps, surface.Evaluations, start, now, Largest(gradient));
                }
                else
                {
                    Forget();
                    fresh = true;
                }
            }
        }
        finally
        {
            surface.Write(point);
        }
    }

    /// <summary>Begins anew, without a past.</summary>
    private protected abstract void Forget();

    /// <summary>p, from the gradient and what was learned; without a past -g.</summary>
    private protected abstract void Direct(ReadOnlySpan<double> gradient, Span<double> direction);

    /// <summary>The step to try first along a direction of the given slope.</summary>
    private protected abstract double FirstStep(ReadOnlySpan<double> gradient, double slope);

    /// <summary>Takes in a step: gradients and points before and after it, and α φ'(0).</summary>
    private protected abstract void Learn(
        ReadOnlySpan<double> gradient, ReadOnlySpan<double> nextGradient, ReadOnlySpan<double> point, ReadOnlySpan<double> nextPoint, double reach);

    /// <summary>A first step that moves no further than 1 along -g.</summary>
    private protected static double Cautious(ReadOnlySpan<double> gradient) => Math.Min(1, 1 / Math.Sqrt(Reduction.SumOfSquares(gradient)));

    private DescentEnding? Ending(double loss, double[] gradient, int left) =>
        loss <= _options.TargetLoss ? DescentEnding.ReachedTarget
        : Largest(gradient) <= _options.GradientTolerance ? DescentEnding.Converged
        : left <= 0 ? DescentEnding.OutOfEvaluations
        : null;

    private static double Largest(double[] gradient) => gradient.Length == 0 ? 0 : Math.Abs(TensorPrimitives.MaxMagnitude<double>(gradient));
}
