using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>A step length along a line, with the loss φ and the slope φ' there.</summary>
internal readonly record struct LinePoint(double Step, double Loss, double Slope);

/// <summary>Finds a step α along p that meets the strong Wolfe conditions.</summary>
/// <remarks>
/// φ(α) ≤ φ(0) + c₁ α φ'(0) and |φ'(α)| ≤ c₂ |φ'(0)|, φ(α) = loss(x + α p). Nocedal and Wright, 2006, algorithms 3.5 (widening) and 3.6 (zoom), with
/// the cubic of (3.59), kept a tenth of the interval away from its ends; where a value is not finite the interval is halved.
/// </remarks>
/// <param name="surface">The loss.</param>
/// <param name="length">Numbers in x.</param>
/// <param name="sufficient">c₁, in (0, c₂).</param>
/// <param name="curvature">c₂, in (c₁, 1).</param>
internal sealed class WolfeSearch(LossSurface surface, int length, double sufficient, double curvature)
{
    private const int MostWidenings = 60;
    private const int MostZooms = 40;
    private const double Widest = 10;
    private readonly double[] _from = new double[length];
    private readonly double[] _direction = new double[length];
    private LinePoint _origin;

    /// <summary>x + α p, where the loss was asked last.</summary>
    public double[] Point { get; } = new double[length];

    /// <summary>The gradient there.</summary>
    public double[] Gradient { get; } = new double[length];

    /// <summary>Searches; <see cref="Point"/> and <see cref="Gradient"/> are those of the step found.</summary>
    /// <param name="from">x.</param>
    /// <param name="direction">p, downhill.</param>
    /// <param name="loss">φ(0).</param>
    /// <param name="slope">φ'(0), negative.</param>
    /// <param name="first">The step to try first, positive.</param>
    /// <returns>A step with a lower loss; it meets the conditions unless evaluations or digits ran out. Null: none was found.</returns>
    /// <exception cref="DivergenceException">The loss falls without end.</exception>
    public LinePoint? Search(ReadOnlySpan<double> from, ReadOnlySpan<double> direction, double loss, double slope, double first)
    {
        from.CopyTo(_from);
        direction.CopyTo(_direction);
        _origin = new LinePoint(0, loss, slope);
        LinePoint previous = _origin;
        double step = first;
        for (int i = 0; i < MostWidenings; i++)
        {
            if (surface.Left <= 0)
            {
                return Settle(previous, previous);
            }

            LinePoint now = At(step);
            if (!IsLowEnough(now) || (i > 0 && now.Loss >= previous.Loss))
            {
                return Zoom(previous, now, now);
            }

            if (IsFlatEnough(now))
            {
                return now;
            }

            if (now.Slope >= 0)
            {
                return Zoom(now, previous, now);
            }

            step = Between(previous, now, now.Step + (0.01 * (now.Step - previous.Step)), Widest * now.Step, Widest * now.Step);
            previous = now;
        }

        throw new DivergenceException(FormattableString.Invariant(
            $"The loss falls without end: after a step of {previous.Step:G3} it is {previous.Loss:G3} and still falling; a loss that is bounded below was expected."));
    }

    private LinePoint? Zoom(LinePoint low, LinePoint high, LinePoint last)
    {
        for (int i = 0; i < MostZooms && surface.Left > 0; i++)
        {
            double margin = 0.1 * (high.Step - low.Step);
            double middle = 0.5 * (low.Step + high.Step);
            if (middle == low.Step || middle == high.Step)
            {
                break;
            }

            last = At(Between(low, high, low.Step + margin, high.Step - margin, middle));
            if (!IsLowEnough(last) || last.Loss >= low.Loss)
            {
                high = last;
                continue;
            }

            if (IsFlatEnough(last))
            {
                return last;
            }

            high = last.Slope * (high.Step - low.Step) >= 0 ? low : high;
            low = last;
        }

        return Settle(low, last);
    }

    /// <summary>The best step so far, if it is better than none. Asked again if something else was asked since: the only evaluation that may exceed the budget.</summary>
    private LinePoint? Settle(LinePoint best, LinePoint last) =>
        best.Step == 0 || best.Loss >= _origin.Loss ? null : best.Step == last.Step ? best : At(best.Step);

    private bool IsLowEnough(LinePoint point) => point.Loss <= _origin.Loss + (sufficient * point.Step * _origin.Slope);

    private bool IsFlatEnough(LinePoint point) => Math.Abs(point.Slope) <= -curvature * _origin.Slope;

    private LinePoint At(double step)
    {
        for (int i = 0; i < Point.Length; i++)
        {
            Point[i] = _from[i] + (step * _direction[i]);
        }

        double loss = surface.Evaluate(Point, Gradient);
        return new LinePoint(step, loss, double.IsFinite(loss) ? Reduction.Dot<double>(Gradient, _direction) : double.NaN);
    }

    /// <summary>The least of the cubic through two points and their slopes, between two limits; what else is said where there is none.</summary>
    private static double Between(LinePoint a, LinePoint b, double limit, double otherLimit, double otherwise)
    {
        double d1 = a.Slope + b.Slope - (3 * (a.Loss - b.Loss) / (a.Step - b.Step));
        double root = (d1 * d1) - (a.Slope * b.Slope);
        double d2 = Math.Sign(b.Step - a.Step) * Math.Sqrt(root);
        double step = b.Step - ((b.Step - a.Step) * (b.Slope + d2 - d1) / (b.Slope - a.Slope + (2 * d2)));
        return double.IsFinite(step) ? Math.Clamp(step, Math.Min(limit, otherLimit), Math.Max(limit, otherLimit)) : otherwise;
    }
}
